/**
 * What is put off to the end of a turn of the event loop, once all that has come in is read, and then done in the order it
 * was put off. Work of one kind that is done together costs less than the same work as it comes: the same code is at hand
 * for all of it, and whoever is written to is woken once. What comes alone hardly waits.
 */
export class EndOfTurn {
  readonly #later: (task: () => void) => void;
  #tasks: (() => void)[] = [];

  /** @param later calls a function at the end of a turn */
  constructor(later: (task: () => void) => void = setImmediate) {
    this.#later = later;
  }

  /** How many wait for the end of a turn. */
  get size(): number {
    return this.#tasks.length;
  }

  /** Puts off a task to the end of this turn; from within one, of the next turn. */
  add(task: () => void): void {
    if (this.#tasks.push(task) === 1) this.#later(this.#doAll);
  }

  readonly #doAll = (): void => {
    const tasks = this.#tasks;
    this.#tasks = [];
    let done = 0;
    try {
      for (const task of tasks) {
        done += 1;
        task();
      }
    } finally {
      // What a task throws is an uncaught error of the process, as from any callback; the others are done all the same.
      for (const task of tasks.slice(done)) this.add(task);
    }
  };
}
