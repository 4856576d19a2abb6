import type { Clock } from '../../domain/clock.ts';
import type { Priority } from '../../domain/operation.ts';
import { REFRESH_SHARE, type Grant, type Quota } from './quota.ts';
import { QuotaWindow, type QuotaRules } from './quotaWindow.ts';

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
    this.#refreshes = new QuotaWindow(rules);
  }

  take(priority: Priority): Grant {
    return this.takeNow(priority, this.#rules.limit);
  }

  /** {@link take} at once, of fewer than all places. */
  takeNow(priority: Priority, limit: number): Grant {
    const nowMs = this.#clock.monotonicMs();
    if (priority === 'interactive') return this.#all.take(nowMs, limit);
    const waitMs = this.#refreshes.waitMs(nowMs, Math.floor(limit * REFRESH_SHARE));
    if (waitMs > 0) return { granted: false, waitMs };
    const grant = this.#all.take(nowMs, limit);
    if (!grant.granted) return grant;
    this.#refreshes.note(nowMs);
    const giveBack = () => {
      grant.giveBack();
      this.#refreshes.giveBack(nowMs);
    };
    return { granted: true, giveBack };
  }

  /** Notes a call that somebody else let through. */
  note(priority: Priority): { readonly giveBack: () => void } {
    const nowMs = this.#clock.monotonicMs();
    const windows = priority === 'refresh' ? [this.#all, this.#refreshes] : [this.#all];
    for (const window of windows) window.note(nowMs);
    return { giveBack: () => windows.forEach((window) => window.giveBack(nowMs)) };
  }

  /** How long until a call may go, of fewer than all places; 0 for now. */
  waitMs(limit: number): number {
    return this.#all.waitMs(this.#clock.monotonicMs(), limit);
  }

  /** Calls let through within the window. */
  used(): number {
    return this.#all.used(this.#clock.monotonicMs());
  }

  remaining(): number {
    return Math.max(0, this.#rules.limit - this.used());
  }

  limit(): number {
    return this.#rules.limit;
  }

  /** All of it is this gateway's. */
  share(): number {
    return this.#rules.limit;
  }

  /** Nobody shares it: the gate itself knows that it is closed. */
  close(): void {
    return undefined;
  }

  leave(): void {
    return undefined;
  }
}
