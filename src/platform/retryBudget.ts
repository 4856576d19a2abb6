import type { Clock } from '../domain/clock.ts';

export interface RetryBudgetRules {
  /** Retries allowed for each call of the last `windowMs`. */
  readonly share: number;
  /** Retries allowed per second besides, so that a quiet gateway may retry at all. */
  readonly perSecond: number;
  readonly windowMs: number;
}

/**
 * How many calls may be tried again: a share of those made lately, so that a platform that is down does not get twice
 * the load. After Finagle's RetryBudget.
 *
 * @see https://finagle.github.io/blog/2016/02/08/retry-budgets/
 */
export class RetryBudget {
  readonly #rules: RetryBudgetRules;
  readonly #calls: Tally;
  readonly #retries: Tally;

  constructor(rules: RetryBudgetRules, clock: Clock) {
    this.#rules = rules;
    this.#calls = new Tally(rules.windowMs, clock);
    this.#retries = new Tally(rules.windowMs, clock);
  }

  /** Notes a first attempt. */
  deposit(): void {
    this.#calls.add();
  }

  /** Takes one retry out of the budget; false when it is spent. */
  withdraw(): boolean {
    const { share, perSecond, windowMs } = this.#rules;
    const allowed = this.#calls.count() * share + (perSecond * windowMs) / 1000;
    if (this.#retries.count() + 1 > allowed) return false;
    this.#retries.add();
    return true;
  }
}

const BUCKETS = 20;

/** How many of something there were in the last `windowMs`, in so many buckets: it takes the same room however many. */
class Tally {
  readonly #bucketMs: number;
  readonly #clock: Clock;
  #buckets: { readonly index: number; count: number }[] = [];

  constructor(windowMs: number, clock: Clock) {
    this.#bucketMs = windowMs / BUCKETS;
    this.#clock = clock;
  }

  add(): void {
    const index = this.#index();
    const newest = this.#buckets.at(-1);
    if (newest?.index === index) newest.count += 1;
    else this.#buckets = [...this.#recent(), { index, count: 1 }];
  }

  count(): number {
    return this.#recent().reduce((sum, { count }) => sum + count, 0);
  }

  #recent() {
    const oldest = this.#index() - BUCKETS;
    return this.#buckets.filter(({ index }) => index > oldest);
  }

  #index(): number {
    return Math.floor(this.#clock.monotonicMs() / this.#bucketMs);
  }
}
