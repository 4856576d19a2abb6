export interface StartsOptions {
  /** Whether another operation may start in this turn of the event loop. */
  readonly hasRoom: () => boolean;
}

/** Of the operations that wait, so many are looked at in one turn. */
const MAX_PER_TURN = 64;

/**
 * Lets operations start in the order they came: each at the end of a turn of the event loop, and no more in one turn than
 * there is room for. So what is under way comes to its end first, and what waits holds nothing but its request: of all that
 * many operations are made of, little is in memory at once, and little of it lives long enough to be expensive to collect.
 */
export class Starts {
  readonly #hasRoom: () => boolean;
  readonly #waiting: (() => void)[] = [];
  #looks = 0;
  #isOneDue = false;

  constructor({ hasRoom }: StartsOptions) {
    this.#hasRoom = hasRoom;
  }

  /** Resolves when an operation may start. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#looks < MAX_PER_TURN) this.#lookAgain(false);
    });
  }

  /** @param isDue whether one starts, come what may: in each turn one does */
  #lookAgain(isDue: boolean): void {
    this.#looks += 1;
    setImmediate(this.#look, isDue);
  }

  readonly #look = (isDue: boolean): void => {
    this.#looks -= 1;
    if (isDue) this.#isOneDue = false;
    if (isDue || this.#hasRoom()) {
      this.#waiting.shift()?.();
      if (this.#waiting.length > this.#looks) this.#lookAgain(false);
      return;
    }
    const willBeDue = !this.#isOneDue;
    this.#isOneDue = true;
    this.#lookAgain(willBeDue);
  };
}
