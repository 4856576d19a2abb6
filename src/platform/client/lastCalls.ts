/** How the last so many calls ended, in constant time. */
export class LastCalls {
  readonly #size: number;
  /** A ring: the next one takes the place of the oldest. */
  readonly #calls: { readonly atMs: number; readonly isFailure: boolean }[] = [];
  #next = 0;
  #failures = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** When the oldest of them ended; never, while there have not been so many. */
  get sinceMs(): number {
    return this.#calls.length < this.#size ? -Infinity : (this.#calls[this.#next]?.atMs ?? -Infinity);
  }

  /** How many of them failed. */
  get failures(): number {
    return this.#failures;
  }

  add(atMs: number, isFailure: boolean): void {
    if (this.#calls[this.#next]?.isFailure === true) this.#failures -= 1;
    if (isFailure) this.#failures += 1;
    this.#calls[this.#next] = { atMs, isFailure };
    this.#next = (this.#next + 1) % this.#size;
  }

  clear(): void {
    this.#calls.length = 0;
    this.#next = 0;
    this.#failures = 0;
  }
}
