/**
 * What is put off to the end of a turn of the event loop, once all that has come in is read, and then done in the order it
 * was put off. Work of one kind that is done together costs less than the same work as it comes: the same code is at hand
 * for all of it, and whoever is written to is woken once. What comes alone hardly waits.
 */
export class EndOfTurn<Task extends object = () => void> {
  readonly #run: (task: Task) => void;
  readonly #later: (end: () => void) => void;
  /** Two lists by turns, each used again and again; a place that is free is undefined. */
  #tasks: (Task | undefined)[] = [];
  #others: (Task | undefined)[] = [];
  #size = 0;

  /**
   * @param run does a task
   * @param later calls a function at the end of a turn
   */
  constructor(run: (task: Task) => void, later: (end: () => void) => void = setImmediate) {
    this.#run = run;
    this.#later = later;
  }

  /** How many wait for the end of a turn. */
  get size(): number {
    return this.#size;
  }

  /** Puts off a task to the end of this turn; from within one, of the next turn. */
  add(task: Task): void {
    this.#tasks[this.#size] = task;
    this.#size += 1;
    if (this.#size === 1) this.#later(this.#doAll);
  }

  readonly #doAll = (): void => {
    const tasks = this.#tasks;
    const size = this.#size;
    this.#tasks = this.#others;
    this.#others = tasks;
    this.#size = 0;
    let done = 0;
    try {
      while (done < size) {
        const task = tasks[done];
        tasks[done] = undefined;
        done += 1;
        if (task !== undefined) this.#run(task);
      }
    } finally {
      // What a task throws is an uncaught error of the process, as from any callback; the others are done all the same.
      for (; done < size; done += 1) {
        const task = tasks[done];
        tasks[done] = undefined;
        if (task !== undefined) this.add(task);
      }
    }
  };
}

/** For tasks that are functions. */
export function call(task: () => void): void {
  task();
}
