import type { Clock } from '../../domain/clock.ts';

const BUCKETS = 20;

/**
 * How many of something there were in the last `windowMs`, to a twentieth of it: it takes the same room and time however
 * many there are.
 */
export class Tally {
  readonly #bucketMs: number;
  readonly #clock: Clock;
  readonly #counts = new Array<number>(BUCKETS).fill(0);
  #newest: number;
  #total = 0;

  constructor(windowMs: number, clock: Clock) {
    this.#bucketMs = windowMs / BUCKETS;
    this.#clock = clock;
    this.#newest = this.#index();
  }

  add(): void {
    this.#forget();
    const bucket = this.#newest % BUCKETS;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total += 1;
  }

  count(): number {
    this.#forget();
    return this.#total;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }

  /** Empties the buckets that have left the window, to be filled anew. */
  #forget(): void {
    const index = this.#index();
    if (index - this.#newest >= BUCKETS) this.clear();
    else {
      for (let each = this.#newest + 1; each <= index; each += 1) {
        this.#total -= this.#counts[each % BUCKETS] ?? 0;
        this.#counts[each % BUCKETS] = 0;
      }
    }
    this.#newest = index;
  }

  #index(): number {
    return Math.floor(this.#clock.monotonicMs() / this.#bucketMs);
  }
}
