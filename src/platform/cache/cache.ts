import type { Clock } from '../../domain/clock.ts';
import { GatewayError, type ErrorCode } from '../../domain/errors.ts';
import type { CachedPart, ReadContext } from '../../domain/operation.ts';
import type { Reading } from '../../domain/reading.ts';
import type { Telemetry } from '../../domain/telemetry.ts';
import { createCachedFetch, foundIn, type CachedFetchOptions, type Found } from './cachedFetch.ts';
import type { CacheEntry } from './cacheEntry.ts';
import type { NearEntry } from './cacheTiers.ts';
import type { Flights } from './flights.ts';
import { createRefreshContext, isDueForRefresh, type RefreshRules } from './refreshAhead.ts';

/** How long answers serve. Both 0: nothing is kept. */
export interface CacheRules {
  /** Answered without asking the platform. */
  readonly freshMs: number;
  /** Answered, marked stale, when the platform cannot be asked. */
  readonly staleMs: number;
}

export interface CachedReadOptions<Question, Answer> extends CachedFetchOptions<Question, Answer> {
  /** What is read, for metrics. */
  readonly name: string;
  readonly keyOf: (question: Question) => string;
  readonly flights: Flights<Found<Answer>>;
  readonly rules: CacheRules;
  readonly refresh: RefreshRules;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** Reads through the cache. `maxAgeMs` overrides freshness for this read; 0 asks the platform in any case. */
export type CachedRead<Question, Answer> = (
  question: Question,
  maxAgeMs: number | undefined,
  context: ReadContext,
) => Promise<Reading<Answer>>;

/** That a customer does not exist is believed for this long: they may enrol any moment. */
const MISSING_MS = 5000;

/** Failures of the platform, not of the question: an older answer is better than none. */
const CANNOT_BE_ASKED: ReadonlySet<ErrorCode> = new Set([
  'PLATFORM_QUOTA_SPENT',
  'PLATFORM_TIMEOUT',
  'PLATFORM_UNAVAILABLE',
  'PLATFORM_DENIED',
  'PLATFORM_BAD_RESPONSE',
]);

/** How old an entry may become. */
export function keepMsOf({ kind }: CacheEntry<unknown>, { freshMs, staleMs }: CacheRules): number {
  const keepMs = Math.max(freshMs, staleMs);
  return kind === 'answer' ? keepMs : Math.min(keepMs, MISSING_MS);
}

/**
 * Fresh answers from the cache, others from the platform, one flight a key; when the platform cannot be asked, the last
 * answer while it is not too old, marked stale. What is asked for often is read again before it grows old, on quota that
 * nobody else wants.
 *
 * Who may read what is decided before this is called: a key knows nothing of callers.
 */
export function createCachedRead<Question, Answer extends { readonly readAt: Date }>(
  options: CachedReadOptions<Question, Answer>,
): CachedRead<Question, Answer> {
  const { name, keyOf, tiers, flights, rules, refresh, clock, telemetry } = options;
  const fetch = createCachedFetch(options);

  function ageOf({ receivedAtMs }: { readonly receivedAtMs: number }): number {
    return clock.monotonicMs() - receivedAtMs;
  }

  /** What nobody here has fresh, in one flight with all who ask for it now. */
  async function obtain(
    key: string,
    question: Question,
    maxAgeMs: number | undefined,
    context: ReadContext,
  ): Promise<Answer> {
    const wantedMs = maxAgeMs ?? rules.freshMs;
    const startMs = clock.monotonicMs();
    const notBeforeMs = maxAgeMs === undefined ? -Infinity : startMs - maxAgeMs;
    const start = (flight: ReadContext) => fetch(key, question, wantedMs, flight);
    for (;;) {
      const { landing, isJoined } = flights.join(key, notBeforeMs, context, start);
      if (isJoined) context.meter.coalesced += 1;
      const { answer, receivedAtMs, from } = await landing;
      // Who began the flight may have been content with something older.
      if (isJoined && receivedAtMs < startMs - wantedMs) continue;
      if (!isJoined && from === 'cache') context.meter.fromCache += 1;
      noteFreshUntil(context, receivedAtMs + wantedMs);
      telemetry.readAnswered(name, isJoined ? 'coalesced' : from === 'cache' ? 'fresh' : 'miss');
      // Not where another answer, asked for later, has come first.
      const near = tiers.near(key);
      if (near?.entry.kind === 'answer' && near.entry.answer === answer) notePart(context, key, near);
      return answer;
    }
  }

  function refreshIfDue(key: string, question: Question, near: NearEntry<Answer>, ageMs: number): void {
    if (!isDueForRefresh(near, near.hits, ageMs, rules.freshMs, refresh)) return;
    near.isRefreshed = true; // Once for each answer.
    if (flights.has(key)) return;
    const { context, dispose } = createRefreshContext(clock, refresh.timeoutMs);
    // Another gateway may have done it, lately.
    const { landing } = flights.join(key, -Infinity, context, (flight) => fetch(key, question, ageMs / 2, flight));
    landing
      .then(
        ({ from }) => telemetry.refreshed(name, from === 'platform' ? 'ok' : 'skipped'),
        () => telemetry.refreshed(name, 'failed'),
      )
      .finally(dispose);
  }

  /**
   * What an operation notes that was given the entry of this key; whoever looks at it uses the entry, as a read does. It
   * does not hold the entry, for whole answers are made of parts: what the cache has let go must not live on in them.
   */
  function partOf(key: string): CachedPart {
    const part: CachedPart = {
      isGiven() {
        const near = tiers.near(key);
        if (near?.part !== part) return false;
        const ageMs = ageOf(near.entry);
        // The read itself would see to a refresh: let it run.
        return ageMs < rules.freshMs && !isDueForRefresh(near, near.hits + 1, ageMs, rules.freshMs, refresh);
      },
      countGiven() {
        const near = tiers.near(key);
        if (near?.part === part) near.hits += 1;
        telemetry.readAnswered(name, 'fresh');
      },
    };
    return part;
  }

  function notePart({ meter }: ReadContext, key: string, near: NearEntry<Answer>): void {
    meter.parts.push((near.part ??= partOf(key)));
  }

  /** The last answer, when the platform cannot be asked and it is not too old. */
  async function lastAnswer(key: string, error: unknown): Promise<Answer | undefined> {
    if (!(error instanceof GatewayError) || !CANNOT_BE_ASKED.has(error.code)) return undefined;
    // Another gateway may have a newer one than is near.
    const entry = await tiers.newest(key);
    return entry?.kind === 'answer' && ageOf(entry) < rules.staleMs ? entry.answer : undefined;
  }

  return async (question, maxAgeMs, context) => {
    const key = keyOf(question);
    const wantedMs = maxAgeMs ?? rules.freshMs;
    context.meter.reads += 1;
    const near = tiers.near(key);
    if (near !== undefined && ageOf(near.entry) < wantedMs) {
      near.hits += 1;
      context.meter.fromCache += 1;
      telemetry.readAnswered(name, 'fresh');
      noteFreshUntil(context, near.entry.receivedAtMs + wantedMs);
      notePart(context, key, near);
      const ageMs = ageOf(near.entry);
      refreshIfDue(key, question, near, ageMs);
      return { answer: foundIn(near.entry).answer, isStale: false };
    }
    try {
      return { answer: await obtain(key, question, maxAgeMs, context), isStale: false };
    } catch (error) {
      const answer = await lastAnswer(key, error);
      telemetry.readAnswered(name, answer === undefined ? 'failed' : 'stale');
      if (answer === undefined) throw error;
      context.meter.stale += 1;
      noteFreshUntil(context, -Infinity);
      return { answer, isStale: true };
    }
  };
}

/** An operation's answer is fresh for as long as the first of its parts is. */
function noteFreshUntil({ meter }: ReadContext, freshUntilMs: number): void {
  meter.freshUntilMs = Math.min(meter.freshUntilMs, freshUntilMs);
}
