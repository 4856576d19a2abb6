import type { Clock } from '../domain/clock.ts';
import { GatewayError, type ErrorCode } from '../domain/errors.ts';
import type { ReadContext } from '../domain/operation.ts';
import type { Reading } from '../domain/reading.ts';
import type { Store } from '../store/store.ts';
import type { Flights } from './flights.ts';
import { PlatformProblem } from './problem.ts';

/** How long answers serve. Both 0: nothing is kept. */
export interface CacheRules {
  /** Answered without asking the platform. */
  readonly freshMs: number;
  /** Answered, marked stale, when the platform cannot be asked. */
  readonly staleMs: number;
}

/** What is kept: an answer, or that there is no such customer. */
export type CacheEntry<Answer> = EntryTimes &
  ({ readonly kind: 'answer'; readonly answer: Answer } | { readonly kind: 'missing'; readonly platformCode: number });

/** On the monotonic clock: a wall clock that is set back must not make an answer young again. */
interface EntryTimes {
  readonly askedAtMs: number;
  readonly receivedAtMs: number;
}

export interface CachedReadOptions<Question, Answer> {
  readonly keyOf: (question: Question) => string;
  readonly fetch: (question: Question, context: ReadContext) => Promise<Answer>;
  readonly store: Store<CacheEntry<Answer>>;
  readonly flights: Flights<Answer>;
  readonly rules: CacheRules;
  readonly clock: Clock;
}

/** Reads through the cache. `maxAgeMs` overrides freshness for this read; 0 asks the platform in any case. */
export type CachedRead<Question, Answer> = (
  question: Question,
  maxAgeMs: number | undefined,
  context: ReadContext,
) => Promise<Reading<Answer>>;

/** That a customer does not exist is believed for this long: they may enrol any moment. */
const MISSING_MS = 5000;
/** "Customer not found for the given identifiers". Its kin (merged, in another source, not enrolled) are not kept. */
const NO_SUCH_CUSTOMER = 8015;

/** Failures of the platform, not of the question: an older answer is better than none. */
const CANNOT_BE_ASKED: ReadonlySet<ErrorCode> = new Set([
  'PLATFORM_QUOTA_SPENT',
  'PLATFORM_TIMEOUT',
  'PLATFORM_UNAVAILABLE',
  'PLATFORM_DENIED',
  'PLATFORM_BAD_RESPONSE',
]);

/**
 * Fresh answers from the cache, others from the platform, one flight a key; when the platform cannot be asked, the last
 * answer while it is not too old, marked stale. Errors are not kept, but that nobody is there, for a few seconds.
 *
 * Who may read what is decided before this is called: a key knows nothing of callers.
 */
export function createCachedRead<Question, Answer extends { readonly readAt: Date }>(
  options: CachedReadOptions<Question, Answer>,
): CachedRead<Question, Answer> {
  const { keyOf, fetch, store, flights, rules, clock } = options;
  const keepMs = Math.max(rules.freshMs, rules.staleMs);

  function ageOf({ receivedAtMs }: CacheEntry<Answer>): number {
    return clock.monotonicMs() - receivedAtMs;
  }

  async function fetchAndKeep(key: string, question: Question, context: ReadContext): Promise<Answer> {
    const askedAtMs = clock.monotonicMs();
    try {
      const answer = await fetch(question, context);
      await keep(key, { kind: 'answer', answer, askedAtMs, receivedAtMs: clock.monotonicMs() }, keepMs);
      return answer;
    } catch (error) {
      if (error instanceof GatewayError && error.facts.platformCode === NO_SUCH_CUSTOMER) {
        const missing = { kind: 'missing', platformCode: NO_SUCH_CUSTOMER } as const;
        await keep(key, { ...missing, askedAtMs, receivedAtMs: clock.monotonicMs() }, MISSING_MS);
      }
      throw error;
    }
  }

  /** An answer that was asked for earlier, and came later, must not take the place of a newer one. */
  async function keep(key: string, entry: CacheEntry<Answer>, ttlMs: number): Promise<void> {
    if (keepMs === 0) return;
    const present = await store.get(key);
    if (present === undefined || present.askedAtMs <= entry.askedAtMs) await store.set(key, entry, ttlMs);
  }

  return async (question, maxAgeMs, context) => {
    const key = keyOf(question);
    const wantedMs = maxAgeMs ?? rules.freshMs;
    const entry = keepMs > 0 ? await store.get(key) : undefined;
    if (entry !== undefined && ageOf(entry) < wantedMs) {
      context.meter.fromCache += 1;
      noteFreshFor(context, wantedMs - ageOf(entry));
      if (entry.kind === 'answer') return { answer: entry.answer, isStale: false };
      throw notFound(entry.platformCode);
    }
    try {
      const notBeforeMs = maxAgeMs === undefined ? -Infinity : clock.monotonicMs() - maxAgeMs;
      const { landing, isJoined } = flights.join(key, notBeforeMs, context, (flight) =>
        fetchAndKeep(key, question, flight),
      );
      if (isJoined) context.meter.coalesced += 1;
      const answer = await landing;
      noteFreshFor(context, wantedMs);
      return { answer, isStale: false };
    } catch (error) {
      const mayServeOld = error instanceof GatewayError && CANNOT_BE_ASKED.has(error.code);
      if (!mayServeOld || entry?.kind !== 'answer' || ageOf(entry) >= rules.staleMs) throw error;
      context.meter.stale += 1;
      noteFreshFor(context, 0);
      return { answer: entry.answer, isStale: true };
    }
  };
}

/** An operation's answer is fresh for as long as the first of its parts is. */
function noteFreshFor({ meter }: ReadContext, freshForMs: number): void {
  meter.freshForMs = Math.min(meter.freshForMs, freshForMs);
}

function notFound(platformCode: number): PlatformProblem {
  return new PlatformProblem('CUSTOMER_NOT_FOUND', 'final', { detail: 'remembered', platformCode });
}
