import type { Clock } from '../../domain/clock.ts';
import { GatewayError } from '../../domain/errors.ts';
import type { ReadContext } from '../../domain/operation.ts';
import type { CacheEntry, EntryTimes } from './cacheEntry.ts';
import type { CacheTiers } from './cacheTiers.ts';
import type { Leases } from './lease.ts';
import type { NearEntry } from './nearEntry.ts';
import { PlatformProblem } from '../answer/problem.ts';
import { sleep } from '../sleep.ts';

/** An answer, since when it is known, and where it was. */
export interface Found<Answer> {
  readonly answer: Answer;
  /** On the monotonic clock. */
  readonly receivedAtMs: number;
  readonly from: 'platform' | 'cache';
}

export interface CachedFetchOptions<Question, Answer extends { readonly readAt: Date }> {
  readonly fetch: (question: Question, context: ReadContext) => Promise<Answer>;
  readonly tiers: CacheTiers<Answer>;
  readonly leases: Leases;
  readonly clock: Clock;
}

/** Reads what no gateway has younger than `wantedMs`: of the platform, unless another gateway is at it. */
export type CachedFetch<Question, Answer> = (
  key: string,
  question: Question,
  wantedMs: number,
  context: ReadContext,
) => Promise<Found<Answer>>;

/** "Customer not found for the given identifiers". Its kin (merged, in another source, not enrolled) are not kept. */
const NO_SUCH_CUSTOMER = 8015;
/** Of its time left, what a read waits for another gateway's before it asks the platform itself. */
const WAIT_SHARE = 0.5;
const FIRST_LOOK_MS = 10;
const LOOK_EVERY_MS = 50;
/** A lease ends by itself when the read it was taken for must have ended. */
const LEASE_MARGIN_MS = 500;

/** Reads for everybody: what is found is kept where all find it. Errors are not kept, but that nobody is there. */
export function createCachedFetch<Question, Answer extends { readonly readAt: Date }>(
  options: CachedFetchOptions<Question, Answer>,
): CachedFetch<Question, Answer> {
  const { fetch, tiers, leases, clock } = options;

  function isOld(wantedMs: number, { receivedAtMs }: EntryTimes): boolean {
    return clock.monotonicMs() - receivedAtMs >= wantedMs;
  }

  function youngerThan(wantedMs: number, key: string, near: NearEntry | undefined): Found<Answer> | undefined {
    return near === undefined || isOld(wantedMs, near) ? undefined : foundIn(tiers, key, near);
  }

  function keep(key: string, entry: CacheEntry<Answer>, after: (() => Promise<void>) | undefined): void {
    const shared = tiers.share(key, entry);
    if (after !== undefined) void Promise.resolve(shared).then(after);
    tiers.keepNear(key, entry);
  }

  /** `after`, where there is something to do, runs when what was found has been kept; the asker does not wait for that. */
  function fetchAndKeep(
    key: string,
    question: Question,
    context: ReadContext,
    after?: () => Promise<void>,
  ): Promise<Found<Answer>> {
    const askedAtMs = clock.monotonicMs();
    return fetch(question, context).then(
      (answer) => {
        const receivedAtMs = clock.monotonicMs();
        keep(key, { kind: 'answer', answer, askedAtMs, receivedAtMs }, after);
        return { answer, receivedAtMs, from: 'platform' };
      },
      (error: unknown) => {
        const isMissing = error instanceof GatewayError && error.facts.platformCode === NO_SUCH_CUSTOMER;
        const receivedAtMs = clock.monotonicMs();
        if (isMissing) keep(key, { kind: 'missing', platformCode: NO_SUCH_CUSTOMER, askedAtMs, receivedAtMs }, after);
        else void after?.();
        throw error;
      },
    );
  }

  /** Looks at what all have, and waits for who is at it. */
  async function fetchUnlessShared(
    key: string,
    question: Question,
    wantedMs: number,
    context: ReadContext,
  ): Promise<Found<Answer>> {
    const known = youngerThan(wantedMs, key, await tiers.newest(key));
    if (known !== undefined) return known;

    const leftMs = () => context.deadlineAtMs() - clock.monotonicMs();
    const waitUntilMs = clock.monotonicMs() + leftMs() * WAIT_SHARE;
    for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(2 * lookMs, LOOK_EVERY_MS)) {
      const lease = await leases.take(key, Math.max(0, leftMs()) + LEASE_MARGIN_MS);
      if (lease === 'none') return fetchAndKeep(key, question, context);
      if (lease !== 'taken') {
        // Its last holder may have found it since we looked.
        const found = youngerThan(wantedMs, key, await tiers.newest(key));
        if (found === undefined) return fetchAndKeep(key, question, context, lease);
        void lease();
        return found;
      }
      if (clock.monotonicMs() >= waitUntilMs) return fetchAndKeep(key, question, context);
      await sleep(lookMs, clock, context.signal);
      const found = youngerThan(wantedMs, key, await tiers.newest(key));
      if (found !== undefined) return found;
    }
  }

  return (key, question, wantedMs, context) => {
    // Asked to ask the platform now: what another gateway began earlier may be too old.
    if (wantedMs <= 0) return fetchAndKeep(key, question, context);
    if (tiers.isShared) return fetchUnlessShared(key, question, wantedMs, context);
    const near = tiers.near(key);
    if (near === undefined || isOld(wantedMs, near)) return fetchAndKeep(key, question, context);
    return Promise.resolve(near).then((known) => foundIn(tiers, key, known));
  };
}

/** What an entry says. @throws {PlatformProblem} `CUSTOMER_NOT_FOUND` for one that says that nobody is there */
export function foundIn<Answer extends { readonly readAt: Date }>(
  tiers: CacheTiers<Answer>,
  key: string,
  near: NearEntry,
): Found<Answer> {
  const { kept, receivedAtMs } = near;
  if (typeof kept === 'string') return { answer: tiers.answerOf(key, near, kept), receivedAtMs, from: 'cache' };
  throw new PlatformProblem('CUSTOMER_NOT_FOUND', 'final', { detail: 'remembered', platformCode: kept });
}
