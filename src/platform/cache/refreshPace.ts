import type { Clock } from '../../domain/clock.ts';

/** One more may begin each so many milliseconds: more than most quotas have to spare, and a tenth of what one core can do. */
const GAP_MS = 5;
/** So many at once, where none began for a while: an operation often reads two things, which grow old together. */
const MAX_AT_ONCE = 2;

/**
 * How fast answers are read again in the background. What was read at one moment grows old at one moment, a thousand
 * answers together after a start or an outage; all begun at once, they would hold up everybody who only asks for what is
 * there. They are still fresh for a while, so they can take turns.
 */
export class RefreshPace {
  readonly #clock: Clock;
  /** When as many could begin at once as ever may, if none began from now on. */
  #restedAtMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether one more may begin. */
  get isOpen(): boolean {
    return this.#restedAtMs - this.#clock.monotonicMs() <= (MAX_AT_ONCE - 1) * GAP_MS;
  }

  /** One begins. */
  take(): void {
    this.#restedAtMs = Math.max(this.#restedAtMs, this.#clock.monotonicMs()) + GAP_MS;
  }
}
