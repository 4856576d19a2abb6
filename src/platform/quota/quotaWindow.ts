import type { Grant } from './quota.ts';

/** How a minute's quota is spent. */
export interface QuotaRules {
  /** Calls that fit in any window. */
  readonly limit: number;
  /** The window's length: the platform's minute and a margin for what a call may take to arrive there. */
  readonly windowMs: number;
}

/** From this share of the window on, calls are spaced out so that what is left lasts until older ones leave it. */
export const PACED_FROM = 0.5;

/**
 * A sliding log: no window of `windowMs`, wherever it begins, ever holds more than `limit` grants. The first half of a
 * window may go at once, for an idle gateway asked for a list should not dawdle; the second half is spaced out, for
 * else a burst would be followed by a minute in which nobody is answered.
 *
 * Pure bookkeeping over the times it is given, which must not run backwards.
 */
export class QuotaWindow {
  readonly #rules: QuotaRules;
  /** Times of the grants, oldest first. */
  #grants: number[] = [];
  /** Where in them the window begins. */
  #first = 0;

  constructor(rules: QuotaRules) {
    this.#rules = rules;
  }

  /** Takes a call's place if there is one at `nowMs`. */
  take(nowMs: number, limit = this.#rules.limit): Grant {
    const waitMs = this.waitMs(nowMs, limit);
    if (waitMs > 0) return { granted: false, waitMs };
    this.#grants.push(nowMs);
    return { granted: true, giveBack: () => this.giveBack(nowMs) };
  }

  /** How long from `nowMs` until a call may go; 0 for now, infinite when none ever may. */
  waitMs(nowMs: number, limit = this.#rules.limit): number {
    if (limit < 1) return Infinity;
    this.#forget(nowMs);
    const used = this.#grants.length - this.#first;
    const oldest = this.#grants[this.#first + Math.max(0, used - limit)];
    const newest = this.#grants.at(-1);
    if (oldest === undefined || newest === undefined) return 0;
    const { windowMs } = this.#rules;
    if (used >= limit) return oldest + windowMs - nowMs;
    if (used < limit * PACED_FROM) return 0;
    // What is left is spread over the time until the oldest grant leaves; never denser than the limit's own pace.
    const spacingMs = Math.max(windowMs / limit, (oldest + windowMs - newest) / (limit - used + 1));
    return Math.max(0, newest + spacingMs - nowMs);
  }

  /** Grants within the window that ends at `nowMs`. */
  used(nowMs: number): number {
    this.#forget(nowMs);
    return this.#grants.length - this.#first;
  }

  /** Notes a grant that somebody else gave. */
  note(nowMs: number): void {
    this.#grants.push(nowMs);
  }

  /** Gives back a place whose call was never sent. */
  giveBack(grantedAtMs: number): void {
    const index = this.#grants.lastIndexOf(grantedAtMs);
    if (index >= this.#first) this.#grants.splice(index, 1);
  }

  #forget(nowMs: number): void {
    const { windowMs } = this.#rules;
    while (this.#first < this.#grants.length && (this.#grants[this.#first] ?? 0) + windowMs <= nowMs) this.#first += 1;
    // Taken out together, now and then: one by one would move all others each time.
    if (this.#first <= this.#grants.length / 2) return;
    this.#grants = this.#grants.slice(this.#first);
    this.#first = 0;
  }
}
