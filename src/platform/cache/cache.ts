import type { Clock } from '../../domain/clock.ts';
import { GatewayError, type ErrorCode } from '../../domain/errors.ts';
import type { ReadContext } from '../../domain/operation.ts';
import type { Reading } from '../../domain/reading.ts';
import type { Telemetry } from '../../domain/telemetry.ts';
import { createCachedFetch, foundIn, type CachedFetchOptions, type Found } from './cachedFetch.ts';
import type { CacheEntry, EntryTimes } from './cacheEntry.ts';
import type { Flights } from './flights.ts';
import type { NearEntry } from './nearEntry.ts';
import { KeptPart, type PartKeeper } from './part.ts';
import { createRefreshContext, isDueForRefresh, type RefreshRules } from './refreshAhead.ts';

/** How long answers serve. Both 0: nothing is kept. */
export interface CacheRules {
  /** Answered without asking the platform. */
  readonly freshMs: number;
  /** Answered, marked stale, when the platform cannot be asked. */
  readonly staleMs: number;
}

export interface CachedReadOptions<Question, Answer extends { readonly readAt: Date }> extends CachedFetchOptions<
  Question,
  Answer
> {
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
export function keepMsOf({ kind }: Pick<CacheEntry<unknown>, 'kind'>, { freshMs, staleMs }: CacheRules): number {
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

  function ageOf({ receivedAtMs }: EntryTimes): number {
    return clock.monotonicMs() - receivedAtMs;
  }

  /** What nobody here has fresh, in one flight with all who ask for it now. */
  function obtain(asked: Asked<Question>, context: ReadContext): Promise<Reading<Answer>> {
    const { key, question, wantedMs, startMs, notBeforeMs } = asked;
    const start = (flight: ReadContext) => fetch(key, question, wantedMs, flight);
    const { landing, isJoined } = flights.join(key, notBeforeMs, context, start);
    if (isJoined) context.meter.coalesced += 1;
    return landing.then(
      ({ answer, receivedAtMs, from }) => {
        // Who began the flight may have been content with something older.
        if (isJoined && receivedAtMs < startMs - wantedMs) return obtain(asked, context);
        if (!isJoined && from === 'cache') context.meter.fromCache += 1;
        noteFreshUntil(context, receivedAtMs + wantedMs);
        telemetry.readAnswered(name, isJoined ? 'coalesced' : from === 'cache' ? 'fresh' : 'miss');
        return { answer, isStale: false };
      },
      (error: unknown) => lastAnswer(key, error, context),
    );
  }

  function refreshIfDue(key: string, question: Question, near: NearEntry, ageMs: number): void {
    if (!isDueForRefresh(near, near.part?.hits ?? 0, ageMs, rules.freshMs, refresh)) return;
    near.isRefreshed = true; // Once for each answer.
    if (flights.has(key)) return;
    refresh.pace.take();
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

  const parts: PartKeeper = {
    isGiven(key, part, nowMs) {
      const near = tiers.near(key, nowMs);
      if (near?.part !== part) return false;
      const ageMs = nowMs - near.receivedAtMs;
      // The read itself would see to a refresh: let it run.
      return ageMs < rules.freshMs && !isDueForRefresh(near, near.part.hits + 1, ageMs, rules.freshMs, refresh);
    },
    countGiven: () => telemetry.readAnswered(name, 'fresh'),
  };

  function notePart({ meter }: ReadContext, key: string, near: NearEntry): KeptPart {
    const part = (near.part ??= new KeptPart(parts, key));
    meter.parts.push(part);
    return part;
  }

  /** The last answer, when the platform cannot be asked and it is not too old. @throws the error where there is none */
  async function lastAnswer(key: string, error: unknown, context: ReadContext): Promise<Reading<Answer>> {
    const mayServe = error instanceof GatewayError && CANNOT_BE_ASKED.has(error.code);
    // Another gateway may have a newer one than is near.
    const near = mayServe ? await tiers.newest(key) : undefined;
    if (typeof near?.kept !== 'string' || ageOf(near) >= rules.staleMs) {
      telemetry.readAnswered(name, 'failed');
      throw error;
    }
    telemetry.readAnswered(name, 'stale');
    context.meter.stale += 1;
    noteFreshUntil(context, -Infinity);
    return { answer: tiers.answerOf(key, near, near.kept), isStale: true };
  }

  /** A fresh one that is here. @throws {PlatformProblem} `CUSTOMER_NOT_FOUND` where it says that nobody is there */
  function give(asked: Asked<Question>, near: NearEntry, context: ReadContext): Reading<Answer> {
    const { key, question, wantedMs } = asked;
    context.meter.fromCache += 1;
    telemetry.readAnswered(name, 'fresh');
    noteFreshUntil(context, near.receivedAtMs + wantedMs);
    notePart(context, key, near).hits += 1;
    refreshIfDue(key, question, near, ageOf(near));
    return { answer: foundIn(tiers, key, near).answer, isStale: false };
  }

  return (question, maxAgeMs, context) => {
    const key = keyOf(question);
    const wantedMs = maxAgeMs ?? rules.freshMs;
    const startMs = clock.monotonicMs();
    const asked = {
      key,
      question,
      wantedMs,
      startMs,
      notBeforeMs: maxAgeMs === undefined ? -Infinity : startMs - maxAgeMs,
    };
    context.meter.reads += 1;
    const near = tiers.near(key);
    if (near === undefined || ageOf(near) >= wantedMs) return obtain(asked, context);
    return Promise.resolve(near).then((fresh) => give(asked, fresh, context));
  };
}

/** One read, as it was asked for. */
interface Asked<Question> {
  readonly key: string;
  readonly question: Question;
  /** How old an answer may be. */
  readonly wantedMs: number;
  /** When, on the monotonic clock. */
  readonly startMs: number;
  /** No flight that began earlier. */
  readonly notBeforeMs: number;
}

/** An operation's answer is fresh for as long as the first of its parts is. */
function noteFreshUntil({ meter }: ReadContext, freshUntilMs: number): void {
  meter.freshUntilMs = Math.min(meter.freshUntilMs, freshUntilMs);
}
