import type { HeaderMap, HTTPGraphQLResponse } from '@apollo/server';
import type { Clock } from '../domain/clock.ts';
import type { CachedPart } from '../domain/operation.ts';
import type { Telemetry } from '../domain/telemetry.ts';
import { cacheControlOf } from '../graphql/plugins/cacheControl.ts';
import type { OperationLine } from '../observe/operationLines.ts';

/** Who is told of each answer that is given again. */
export interface RememberedOptions {
  readonly clock: Clock;
  /** What writes that an operation of this name was answered. */
  readonly lineOf: (operation: string | null) => OperationLine;
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
  /** Writes what is said of it in the log. */
  readonly #line: OperationLine;

  constructor(facts: RememberedFacts, options: RememberedOptions) {
    this.#facts = facts;
    this.#options = options;
    this.#line = options.lineOf(facts.operation);
  }

  get text(): string {
    return this.#facts.text;
  }

  /** On the monotonic clock. */
  get freshUntilMs(): number {
    return this.#facts.freshUntilMs;
  }

  /** Whether it would be the answer now, on the monotonic clock. */
  isCurrent(nowMs: number): boolean {
    for (const part of this.#facts.parts) if (!part.isGiven(nowMs)) return false;
    return true;
  }

  /**
   * Counts and logs that it is given, as any other answer.
   *
   * @param startedAtMs when it was begun to be looked for, on the monotonic clock
   */
  give(startedAtMs: number): void {
    const { clock, telemetry } = this.#options;
    for (const part of this.#facts.parts) part.countGiven();
    const durationMs = clock.monotonicMs() - startedAtMs;
    telemetry.operationRepeated();
    telemetry.operationEnded('ok', durationMs);
    this.#line(Math.round(durationMs), 0);
  }

  /** For how long a caller may keep it. */
  cacheControlAt(nowMs: number): string {
    return cacheControlOf(this.#facts.freshUntilMs - nowMs);
  }

  /** {@link give | Gives} it in the form that Apollo Server answers in. */
  toResponse(): HTTPGraphQLResponse {
    const { headers, text } = this.#facts;
    const nowMs = this.#options.clock.monotonicMs();
    this.give(nowMs);
    // True of whoever is given it now.
    headers.set('cache-control', this.cacheControlAt(nowMs));
    return { status: 200, headers, body: { kind: 'complete', string: text } };
  }
}
