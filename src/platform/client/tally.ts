const BUCKETS = 20;

/**
 * How many of something there were in the last `windowMs`, to a twentieth of it: it takes the same room and time however
 * many there are. The time is handed in, on the monotonic clock: who asks several of them has it already.
 */
export class Tally {
  readonly #bucketMs: number;
  readonly #counts = new Array<number>(BUCKETS).fill(0);
  #newest = 0;
  #total = 0;

  constructor(windowMs: number) {
    this.#bucketMs = windowMs / BUCKETS;
  }

  add(nowMs: number): void {
    this.#forget(nowMs);
    const bucket = this.#newest % BUCKETS;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total += 1;
  }

  count(nowMs: number): number {
    this.#forget(nowMs);
    return this.#total;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }

  /** Empties the buckets that have left the window, to be filled anew. */
  #forget(nowMs: number): void {
    const index = Math.floor(nowMs / this.#bucketMs);
    if (index - this.#newest >= BUCKETS) this.clear();
    else {
      for (let each = this.#newest + 1; each <= index; each += 1) {
        this.#total -= this.#counts[each % BUCKETS] ?? 0;
        this.#counts[each % BUCKETS] = 0;
      }
    }
    this.#newest = index;
  }
}
