import type { Clock } from '../../domain/clock.ts';
import { PlatformProblem } from '../answer/problem.ts';

const MIN_BACK_OFF_MS = 1000;
const MAX_BACK_OFF_MS = 60_000;
/** A longer Retry-After is not believed. */
const MAX_CLOSED_MS = 5 * 60 * 1000;

/** When a call was let through, in terms of {@link Closing}: how often the door had been closed by then. */
export type Round = number;

/**
 * How long nobody may ask, because the platform said that its quota is spent: as long as it says (`Retry-After`), or,
 * where it does not say, by a back-off of our own that doubles until a call succeeds.
 *
 * Calls that were under way together are refused together: only what was let through after the last closing makes the
 * back-off longer, or shorter.
 */
export class Closing {
  readonly #clock: Clock;
  readonly #random: () => number;
  #untilMs = -Infinity;
  #backOffMs = MIN_BACK_OFF_MS;
  #round: Round = 0;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** The round that a call which is let through now belongs to. */
  get round(): Round {
    return this.#round;
  }

  /** Milliseconds until somebody may ask again; 0 for now. */
  get leftMs(): number {
    if (this.#untilMs === -Infinity) return 0; // Nearly always: it was never closed.
    return Math.max(0, this.#untilMs - this.#clock.monotonicMs());
  }

  /** A call of that round was refused for the quota: closes, and gives the problem with when to come back. */
  refused(problem: PlatformProblem, round: Round): PlatformProblem {
    const nowMs = this.#clock.monotonicMs();
    const saidMs = problem.facts.retryAfterMs ?? 0;
    const isNew = round === this.#round;
    if (saidMs > 0) {
      this.#untilMs = Math.max(this.#untilMs, nowMs + Math.min(saidMs, MAX_CLOSED_MS));
    } else if (isNew) {
      this.#untilMs = Math.max(this.#untilMs, nowMs + this.#backOffMs * (1 + this.#random()));
      this.#backOffMs = Math.min(2 * this.#backOffMs, MAX_BACK_OFF_MS);
    }
    if (isNew) this.#round += 1;
    return new PlatformProblem(problem.code, 'final', { ...problem.facts, retryAfterMs: Math.ceil(this.leftMs) });
  }

  /** A call of that round succeeded: the quota is not spent any more. */
  succeeded(round: Round): void {
    if (round === this.#round) this.#backOffMs = MIN_BACK_OFF_MS;
  }
}
