/** How the last so many calls ended, in constant time. */
export class LastCalls {
  readonly #size: number;
  /** Rings, of times and of whether it failed: the next one takes the place of the oldest. */
  readonly #atMs: Float64Array;
  readonly #isFailure: Uint8Array;
  #count = 0;
  #next = 0;
  #failures = 0;

  constructor(size: number) {
    this.#size = size;
    this.#atMs = new Float64Array(size);
    this.#isFailure = new Uint8Array(size);
  }

  /** When the oldest of them ended; never, while there have not been so many. */
  get sinceMs(): number {
    return this.#count < this.#size ? -Infinity : (this.#atMs[this.#next] ?? -Infinity);
  }

  /** How many of them failed. */
  get failures(): number {
    return this.#failures;
  }

  add(atMs: number, isFailure: boolean): void {
    if (this.#isFailure[this.#next] === 1) this.#failures -= 1;
    if (isFailure) this.#failures += 1;
    this.#atMs[this.#next] = atMs;
    this.#isFailure[this.#next] = isFailure ? 1 : 0;
    this.#count = Math.min(this.#count + 1, this.#size);
    this.#next = (this.#next + 1) % this.#size;
  }

  clear(): void {
    this.#isFailure.fill(0);
    this.#count = 0;
    this.#next = 0;
    this.#failures = 0;
  }
}
