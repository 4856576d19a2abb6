import type { StopSignal } from '../domain/stop.ts';

export interface StartsOptions {
  /** Whether another operation may start in this turn of the event loop, as far as can be told by then. */
  readonly hasRoom: () => boolean;
}

/** An operation that waits. */
class Waiter {
  readonly #signal: StopSignal;
  readonly #resolve: () => void;
  isGone = false;

  constructor(signal: StopSignal, resolve: () => void) {
    this.#signal = signal;
    this.#resolve = resolve;
    signal.addEventListener('abort', this);
  }

  /** Ends its wait; once. */
  go(): void {
    this.isGone = true;
    this.#signal.removeEventListener('abort', this);
    this.#resolve();
  }

  handleEvent(): void {
    this.go();
  }
}

/** Of the operations that wait, so many are looked at in one turn. */
const MAX_PER_TURN = 64;

/**
 * Lets operations start in the order they came: each at the end of a turn of the event loop, and no more in one turn than
 * there is room for, but one. So what is under way comes to its end first, and what waits holds little but its request: of
 * all that many operations are made of, little is in memory at once, and little of it lives long enough to be expensive to
 * collect.
 */
export class Starts {
  readonly #hasRoom: () => boolean;
  readonly #waiting: Waiter[] = [];
  #looks = 0;
  #isOneDue = false;

  constructor({ hasRoom }: StartsOptions) {
    this.#hasRoom = hasRoom;
  }

  /** Resolves when an operation may start, or as soon as its signal aborts: what is over holds up nobody. */
  next(signal: StopSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(new Waiter(signal, resolve));
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
    while (this.#waiting[0]?.isGone === true) this.#waiting.shift();
    if (this.#waiting.length === 0) return;
    if (isDue || this.#hasRoom()) {
      this.#waiting.shift()?.go();
      if (this.#waiting.length > this.#looks) this.#lookAgain(false);
      return;
    }
    const willBeDue = !this.#isOneDue;
    this.#isOneDue = true;
    this.#lookAgain(willBeDue);
  };
}
