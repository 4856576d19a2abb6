import type { ReadContext } from '../../domain/operation.ts';
import type { PlatformAnswer } from '../answer/answer.ts';
import type { EndpointName } from '../answer/endpointName.ts';

/** One read of the platform, before anyone has signed it. */
export interface PlatformRequest {
  readonly endpoint: Exclude<EndpointName, 'token'>;
  /** Relative to the base URL; its parts already encoded. */
  readonly path: string;
  readonly searchParams: Readonly<Record<string, string>>;
}

/** What one call is made under. */
export interface CallContext extends ReadContext {
  /** Given where there may be a second attempt: one that has had no answer by then is given up, if `take` allows. */
  readonly secondChance?: { readonly afterMs: number; readonly take: () => boolean };
}

/**
 * The one signature that every layer of the client has and wraps.
 *
 * @throws {PlatformProblem} when the platform failed or refused
 * @throws the context's abort reason, as soon as it aborts
 */
export type PlatformCall = (request: PlatformRequest, context: CallContext) => Promise<PlatformAnswer>;
