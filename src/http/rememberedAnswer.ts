import type { HeaderMap, HTTPGraphQLResponse } from '@apollo/server';
import type { Clock } from '../domain/clock.ts';
import type { CachedPart } from '../domain/operation.ts';
import type { Telemetry } from '../domain/telemetry.ts';
import { cacheControlOf } from '../graphql/plugins/cacheControl.ts';
import type { Logger } from '../observe/logger.ts';

/** Who is told of each answer that is given again. */
export interface RememberedOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly telemetry: Pick<Telemetry, 'operationEnded' | 'operationRepeated'>;
}

/** What an answer was made of. */
export interface RememberedFacts {
  readonly headers: HeaderMap;
  readonly text: string;
  /** The operation's name, as it is logged. */
  readonly operation: string | null;
  readonly parts: readonly CachedPart[];
  readonly freshUntilMs: number;
}

/** A whole answer, given again only while every part of it is the very one that a read would be given now. */
export class RememberedAnswer {
  readonly #options: RememberedOptions;
  readonly #facts: RememberedFacts;

  constructor(facts: RememberedFacts, options: RememberedOptions) {
    this.#facts = facts;
    this.#options = options;
  }

  get text(): string {
    return this.#facts.text;
  }

  /** On the monotonic clock. */
  get freshUntilMs(): number {
    return this.#facts.freshUntilMs;
  }

  /** Whether it would be the answer now. */
  isCurrent(): boolean {
    for (const part of this.#facts.parts) if (!part.isGiven()) return false;
    return true;
  }

  /**
   * Counts and logs that it is given, as any other answer.
   *
   * @returns its `cache-control` now
   */
  give(): string {
    const { clock, logger, telemetry } = this.#options;
    const { parts, operation, freshUntilMs } = this.#facts;
    const startedAtMs = clock.monotonicMs();
    for (const part of parts) part.countGiven();
    const durationMs = clock.monotonicMs() - startedAtMs;
    telemetry.operationRepeated();
    telemetry.operationEnded('ok', durationMs);
    logger.info({ operation, outcome: 'ok', durationMs: Math.round(durationMs), platformCalls: 0 }, 'operation');
    return cacheControlOf(freshUntilMs - startedAtMs);
  }

  /** {@link give | Gives} it in the form that Apollo Server answers in. */
  toResponse(): HTTPGraphQLResponse {
    const { headers, text } = this.#facts;
    // True of whoever is given it now.
    headers.set('cache-control', this.give());
    return { status: 200, headers, body: { kind: 'complete', string: text } };
  }
}
