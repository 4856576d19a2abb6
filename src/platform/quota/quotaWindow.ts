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
 * Pure bookkeeping over the times it is given, which must not run backwards. The grants of one millisecond are kept as one
 * number of them, at the time of the last: some leave the window up to a millisecond late, none early, and the log is at most
 * as long as two windows have milliseconds, whatever the limit.
 */
export class QuotaWindow {
  readonly #rules: QuotaRules;
  /** When the last grant of each millisecond that had any was, oldest first, */
  #times: number[] = [];
  /** and how many it had. */
  #counts: number[] = [];
  /** Where in them the window begins. */
  #first = 0;
  /** Grants in the window. */
  #used = 0;

  constructor(rules: QuotaRules) {
    this.#rules = rules;
  }

  /** Takes a call's place if there is one at `nowMs`. */
  take(nowMs: number, limit = this.#rules.limit): Grant {
    const waitMs = this.waitMs(nowMs, limit);
    if (waitMs > 0) return { granted: false, waitMs };
    this.note(nowMs);
    let isHeld = true; // Given back twice it would be a neighbour's.
    const giveBack = () => {
      if (isHeld) this.giveBack(nowMs);
      isHeld = false;
    };
    return { granted: true, giveBack };
  }

  /** How long from `nowMs` until a call may go; 0 for now, infinite when none ever may. */
  waitMs(nowMs: number, limit = this.#rules.limit): number {
    if (limit < 1) return Infinity;
    this.#forget(nowMs);
    const used = this.#used;
    const oldest = this.#timeOf(Math.max(0, used - limit));
    const newest = this.#times.at(-1);
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
    return this.#used;
  }

  /** Notes a grant that somebody else gave. */
  note(nowMs: number): void {
    const last = this.#times.length - 1;
    this.#used += 1;
    if (last >= this.#first && isSameMillisecond(this.#times[last] ?? 0, nowMs)) {
      this.#times[last] = nowMs;
      this.#counts[last] = (this.#counts[last] ?? 0) + 1;
      return;
    }
    this.#times.push(nowMs);
    this.#counts.push(1);
  }

  /** Gives back a place whose call was never sent; to be called once for a grant. */
  giveBack(grantedAtMs: number): void {
    const index = this.#times.findLastIndex((time) => isSameMillisecond(time, grantedAtMs));
    if (index < this.#first) return; // It has left the window.
    this.#used -= 1;
    const left = (this.#counts[index] ?? 0) - 1;
    this.#counts[index] = left;
    if (left > 0) return;
    this.#times.splice(index, 1);
    this.#counts.splice(index, 1);
  }

  /** When the grant was that came behind so many others; undefined where there is none. */
  #timeOf(place: number): number | undefined {
    let index = this.#first;
    for (let left = place - (this.#counts[index] ?? 0); left >= 0; left -= this.#counts[index] ?? 0) {
      index += 1;
      if (index >= this.#times.length) return undefined;
    }
    return this.#times[index];
  }

  #forget(nowMs: number): void {
    const { windowMs } = this.#rules;
    while (this.#first < this.#times.length && (this.#times[this.#first] ?? 0) + windowMs <= nowMs) {
      this.#used -= this.#counts[this.#first] ?? 0;
      this.#first += 1;
    }
    // Taken out together, now and then: one by one would move all others each time.
    if (this.#first <= this.#times.length / 2) return;
    this.#times = this.#times.slice(this.#first);
    this.#counts = this.#counts.slice(this.#first);
    this.#first = 0;
  }
}

function isSameMillisecond(oneMs: number, otherMs: number): boolean {
  return Math.floor(oneMs) === Math.floor(otherMs);
}
