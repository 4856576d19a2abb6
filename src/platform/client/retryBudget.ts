import type { Clock } from '../../domain/clock.ts';
import { Tally } from './tally.ts';

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
  readonly #calls: Tally;
  readonly #retries: Tally;

  constructor(rules: RetryBudgetRules, clock: Clock) {
    this.#rules = rules;
    this.#clock = clock;
    this.#calls = new Tally(rules.windowMs);
    this.#retries = new Tally(rules.windowMs);
  }

  /** Notes a first attempt. */
  deposit(): void {
    this.#calls.add(this.#clock.monotonicMs());
  }

  /** Takes one retry out of the budget; false when it is spent. */
  withdraw(): boolean {
    const { share, perSecond, windowMs } = this.#rules;
    const nowMs = this.#clock.monotonicMs();
    const allowed = this.#calls.count(nowMs) * share + (perSecond * windowMs) / 1000;
    if (this.#retries.count(nowMs) + 1 > allowed) return false;
    this.#retries.add(nowMs);
    return true;
  }
}
