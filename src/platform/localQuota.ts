import type { Clock } from '../domain/clock.ts';
import type { Priority } from '../domain/operation.ts';
import type { Quota } from './quotaGate.ts';
import { QuotaWindow, type Grant, type QuotaRules } from './quotaWindow.ts';

/** The refresh class never has more than this share of a window, whatever else is free. */
const REFRESH_SHARE = 0.2;

/** The quota kept in this process: all of it for one gateway, a share of it for one of several. */
export class LocalQuota implements Quota {
  readonly #clock: Clock;
  readonly #rules: QuotaRules;
  readonly #all: QuotaWindow;
  readonly #refreshes: QuotaWindow;

  constructor(rules: QuotaRules, clock: Clock) {
    this.#clock = clock;
    this.#rules = rules;
    this.#all = new QuotaWindow(rules);
    this.#refreshes = new QuotaWindow({ ...rules, limit: Math.floor(rules.limit * REFRESH_SHARE) });
  }

  take(priority: Priority): Promise<Grant> {
    const nowMs = this.#clock.monotonicMs();
    if (priority === 'interactive') return Promise.resolve(this.#all.take(nowMs));
    const waitMs = this.#refreshes.waitMs(nowMs);
    if (waitMs > 0) return Promise.resolve({ granted: false, waitMs });
    const grant = this.#all.take(nowMs);
    if (!grant.granted) return Promise.resolve(grant);
    this.#refreshes.note(nowMs);
    const giveBack = () => {
      grant.giveBack();
      this.#refreshes.giveBack(nowMs);
    };
    return Promise.resolve({ granted: true, giveBack });
  }

  remaining(): number {
    return Math.max(0, this.#rules.limit - this.#all.used(this.#clock.monotonicMs()));
  }
}
