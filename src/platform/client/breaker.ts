import type { Clock } from '../../domain/clock.ts';
import { LastCalls } from './lastCalls.ts';
import { Tally } from './tally.ts';

/** What tells how the platform is: so many calls at least in this time, of which this share at least failed. */
export interface FailureView {
  readonly windowMs: number;
  readonly minCalls: number;
  readonly failureShare: number;
}

export interface BreakerRules {
  /** Opens when any of these says so, */
  readonly views: readonly FailureView[];
  /** or when of so many calls in a row, none older than this, this share failed. */
  readonly last: { readonly calls: number; readonly windowMs: number; readonly failureShare: number };
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
  readonly #views: readonly Counted[];
  readonly #last: LastCalls;
  #openUntilMs = -Infinity;
  #isOpen = false;
  #isProbing = false;

  constructor(rules: BreakerRules, clock: Clock) {
    this.#rules = rules;
    this.#clock = clock;
    this.#last = new LastCalls(rules.last.calls);
    this.#views = rules.views.map((view) => ({
      view,
      calls: new Tally(view.windowMs),
      failures: new Tally(view.windowMs),
    }));
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
    this.#last.add(nowMs, isFailure);
    for (const { calls, failures } of this.#views) {
      calls.add(nowMs);
      if (isFailure) failures.add(nowMs);
    }
    if (this.#isFailing(nowMs)) this.#open(nowMs);
  }

  #isFailing(nowMs: number): boolean {
    const { last } = this.#rules;
    const isRecent = this.#last.sinceMs + last.windowMs > nowMs;
    if (isRecent && this.#last.failures >= last.failureShare * last.calls) return true;
    return this.#views.some(({ view, calls, failures }) => {
      const count = calls.count(nowMs);
      return count >= view.minCalls && failures.count(nowMs) >= view.failureShare * count;
    });
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
    this.#last.clear();
    for (const { calls, failures } of this.#views) {
      calls.clear();
      failures.clear();
    }
  }
}

/** A view, and what it sees. */
interface Counted {
  readonly view: FailureView;
  readonly calls: Tally;
  readonly failures: Tally;
}
