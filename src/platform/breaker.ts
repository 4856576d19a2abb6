import type { Clock } from '../domain/clock.ts';
import { Tally } from './tally.ts';

export interface BreakerRules {
  /** Opens when at least this share of the calls in the window failed, */
  readonly failureShare: number;
  /** and there were at least so many. */
  readonly minCalls: number;
  readonly windowMs: number;
  /** Stays open this long, then lets one call through to see. */
  readonly openMs: number;
}

/** `closed` lets calls through, `open` none, `probing` has one call out to see whether the platform is back. */
export type BreakerState = 'closed' | 'open' | 'probing';

/** Whether a call may go; if not, when it makes sense to ask again. */
export interface Admission {
  readonly isAdmitted: boolean;
  /** The one call that finds out whether the platform is back. */
  readonly isProbe: boolean;
  readonly retryAfterMs: number;
}

/**
 * Stops calls to an endpoint that fails, so that nobody waits for what will not come, and the platform can recover.
 *
 * Ours, on a clock that is handed in: the libraries' windows are pruned by call instead of by time, so that an old burst
 * of failures opens them an hour later.
 */
export class Breaker {
  readonly #rules: BreakerRules;
  readonly #clock: Clock;
  readonly #calls: Tally;
  readonly #failures: Tally;
  #openUntilMs = -Infinity;
  #isOpen = false;
  #isProbing = false;

  constructor(rules: BreakerRules, clock: Clock) {
    this.#rules = rules;
    this.#clock = clock;
    this.#calls = new Tally(rules.windowMs, clock);
    this.#failures = new Tally(rules.windowMs, clock);
  }

  get state(): BreakerState {
    if (!this.#isOpen) return 'closed';
    return this.#isProbing ? 'probing' : 'open';
  }

  /** Lets a call through, or not; when open, after a while, one to probe. What is admitted must be settled. */
  admit(): Admission {
    if (!this.#isOpen) return { isAdmitted: true, isProbe: false, retryAfterMs: 0 };
    const waitMs = this.#openUntilMs - this.#clock.monotonicMs();
    if (waitMs > 0 || this.#isProbing) return { isAdmitted: false, isProbe: false, retryAfterMs: Math.max(waitMs, 0) };
    this.#isProbing = true;
    return { isAdmitted: true, isProbe: true, retryAfterMs: 0 };
  }

  /** Notes how an admitted call ended; `undefined` when it was cut off before it could tell. */
  settle({ isProbe }: Admission, isFailure: boolean | undefined): void {
    const nowMs = this.#clock.monotonicMs();
    if (isProbe) {
      this.#isProbing = false;
      if (isFailure === false) this.#close();
      else this.#open(nowMs);
      return;
    }
    if (isFailure === undefined || this.#isOpen) return;
    this.#calls.add();
    if (isFailure) this.#failures.add();
    const { minCalls, failureShare } = this.#rules;
    const calls = this.#calls.count();
    if (calls >= minCalls && this.#failures.count() >= failureShare * calls) this.#open(nowMs);
  }

  #open(nowMs: number): void {
    this.#isOpen = true;
    this.#openUntilMs = nowMs + this.#rules.openMs;
    this.#forget();
  }

  #close(): void {
    this.#isOpen = false;
    this.#forget();
  }

  #forget(): void {
    this.#calls.clear();
    this.#failures.clear();
  }
}
