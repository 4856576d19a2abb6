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
  readonly #clock: Clock;
  #calls: number[] = [];
  #retries: number[] = [];

  constructor(rules: RetryBudgetRules, clock: Clock) {
    this.#rules = rules;
    this.#clock = clock;
  }

  /** Notes a first attempt. */
  deposit(): void {
    this.#calls.push(this.#clock.monotonicMs());
  }

  /** Takes one retry out of the budget; false when it is spent. */
  withdraw(): boolean {
    const { share, perSecond, windowMs } = this.#rules;
    const nowMs = this.#clock.monotonicMs();
    const isRecent = (atMs: number) => atMs + windowMs > nowMs;
    this.#calls = this.#calls.filter(isRecent);
    this.#retries = this.#retries.filter(isRecent);
    const allowed = this.#calls.length * share + (perSecond * windowMs) / 1000;
    if (this.#retries.length + 1 > allowed) return false;
    this.#retries.push(nowMs);
    return true;
  }
}
