import type { HeaderMap, HTTPGraphQLResponse } from '@apollo/server';
import { LRUCache } from 'lru-cache';
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

/** What all answers share. */
export interface AnswerOptions extends RememberedOptions {
  /** What writes that an operation of this name was answered at once. */
  readonly lineOf: (operation: string | null) => () => void;
}

/** Operations whose line is at hand, of all that callers may name. */
const MAX_LINES = 100;

/** The lines of operations by their names: the same for all who ask for the same. */
export function createLines(logger: Logger): AnswerOptions['lineOf'] {
  const lines = new LRUCache<string, () => void>({ max: MAX_LINES });
  return (operation) => {
    const key = operation ?? '';
    const known = lines.get(key);
    if (known !== undefined) return known;
    const line = logger.lineOf({ operation, outcome: 'ok', durationMs: 0, platformCalls: 0 }, 'operation');
    lines.set(key, line);
    return line;
  };
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
  readonly #options: AnswerOptions;
  readonly #facts: RememberedFacts;
  /** Writes what is said of it in the log, nearly always. */
  readonly #line: () => void;

  constructor(facts: RememberedFacts, options: AnswerOptions) {
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
    this.#log(Math.round(durationMs));
  }

  /** For how long a caller may keep it. */
  cacheControlAt(nowMs: number): string {
    return cacheControlOf(this.#facts.freshUntilMs - nowMs);
  }

  #log(durationMs: number): void {
    if (durationMs === 0) this.#line();
    else {
      const { operation } = this.#facts;
      this.#options.logger.info({ operation, outcome: 'ok', durationMs, platformCalls: 0 }, 'operation');
    }
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
