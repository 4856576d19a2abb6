import type { Clock } from '../domain/clock.ts';

export interface BreakerRules {
  /** Opens when at least this share of the latest calls failed: */
  readonly failureShare: number;
  /** of the last so many, */
  readonly minCalls: number;
  /** or of all in this time, where those are more; */
  readonly latestMs: number;
  /** none of them older than this. */
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

/** How a call ended, and when. */
interface Outcome {
  readonly atMs: number;
  readonly isFailure: boolean;
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
  /** Oldest first. */
  #outcomes: Outcome[] = [];
  /** How many of them failed. */
  #failures = 0;
  #openUntilMs = -Infinity;
  #isOpen = false;
  #isProbing = false;

  constructor(rules: BreakerRules, clock: Clock) {
    this.#rules = rules;
    this.#clock = clock;
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
    this.#outcomes.push({ atMs: nowMs, isFailure });
    if (isFailure) this.#failures += 1;
    this.#forget(nowMs);
    const { minCalls, failureShare } = this.#rules;
    const calls = this.#outcomes.length;
    if (calls >= minCalls && this.#failures >= failureShare * calls) this.#open(nowMs);
  }

  /**
   * Keeps what tells how the platform is now. Long health does not speak for it: of ten good seconds at 50 calls a second, a
   * share over all of them would take five more seconds of failures to notice.
   */
  #forget(nowMs: number): void {
    const { minCalls, latestMs, windowMs } = this.#rules;
    for (let [oldest] = this.#outcomes; oldest !== undefined; [oldest] = this.#outcomes) {
      const keptMs = this.#outcomes.length > minCalls ? latestMs : windowMs;
      if (oldest.atMs + keptMs > nowMs) return;
      if (oldest.isFailure) this.#failures -= 1;
      this.#outcomes.shift();
    }
  }

  #open(nowMs: number): void {
    this.#isOpen = true;
    this.#openUntilMs = nowMs + this.#rules.openMs;
    this.#outcomes = [];
    this.#failures = 0;
  }

  #close(): void {
    this.#isOpen = false;
    this.#outcomes = [];
    this.#failures = 0;
  }
}
