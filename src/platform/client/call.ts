import type { ReadContext } from '../../domain/operation.ts';
import type { PlatformAnswer } from '../answer/answer.ts';
import type { EndpointName } from '../answer/endpointName.ts';
import type { Done } from '../outcome.ts';

/** One read of the platform, before anyone has signed it. */
export interface PlatformRequest {
  readonly endpoint: Exclude<EndpointName, 'token'>;
  /** Relative to the base URL; its parts already encoded. */
  readonly path: string;
  readonly searchParams: Readonly<Record<string, string>>;
}

/** When an attempt that has had no answer may be given up for a second one. */
export interface SecondChance {
  readonly afterMs: number;
  /** Whether it is given up now. */
  take(): boolean;
}

/** What one call is made under. */
export interface CallContext extends ReadContext {
  /** Given where there may be a second attempt. */
  readonly secondChance?: SecondChance | undefined;
}

/**
 * Asks the platform, and gives what `read` makes of its answer.
 *
 * @throws {PlatformProblem} when the platform failed or refused
 * @throws the context's abort reason, as soon as it aborts
 * @throws what `read` throws
 */
export type PlatformCall = <Value>(
  request: PlatformRequest,
  context: ReadContext,
  read: (answer: PlatformAnswer) => Value,
) => Promise<Value>;

/** The one signature that every layer of the client has and wraps; what {@link PlatformCall} throws, it tells. */
export type CallLayer = (request: PlatformRequest, context: CallContext, done: Done<PlatformAnswer>) => void;
