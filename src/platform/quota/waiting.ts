import type { Priority, ReadContext } from '../../domain/operation.ts';
import type { Done } from '../outcome.ts';
import type { Round } from './closing.ts';

/** One call that wants to be sent. */
export interface Waiter {
  readonly context: ReadContext;
  priority: Priority;
  readonly sinceMs: number;
  isWaiting: boolean;
  /** Sends it, in this round; its place is given back with the other where it is not sent after all. */
  readonly go: (round: Round, giveBack: () => void) => void;
  /** Told why, where it is not sent. */
  readonly done: Done<never>;
  /** Ends to listen for who leaves; not there as long as nobody had to wait. */
  endWait?: () => void;
}

/** One of so many places goes to the refresh class while both wait, so that it never starves. */
const REFRESH_EVERY = 20;

/** Calls that wait for their turn: of each class in the order they came. */
export class Waiting {
  readonly #queues: Readonly<Record<Priority, Waiter[]>> = { interactive: [], refresh: [] };
  #taken = 0;

  /** How many wait. */
  get length(): number {
    return this.#queues.interactive.length + this.#queues.refresh.length;
  }

  /** Whether any of this class waits. */
  has(priority: Priority): boolean {
    return this.#queues[priority].length > 0;
  }

  /** All who wait now, whom it will be longest for last. */
  all(): readonly Waiter[] {
    return [...this.#queues.interactive, ...this.#queues.refresh];
  }

  /** Puts one at the end of its class. */
  add(waiter: Waiter): void {
    this.#queues[waiter.priority].push(waiter);
  }

  /** Takes one out; false when it does not wait any more. */
  drop(waiter: Waiter): boolean {
    const queue = this.#queues[waiter.priority];
    const index = queue.indexOf(waiter);
    if (index >= 0) queue.splice(index, 1);
    return index >= 0;
  }

  /** The class whose turn it is. */
  nextPriority(): Priority {
    if (!this.has('interactive')) return 'refresh';
    const isTurn = this.#taken % REFRESH_EVERY === REFRESH_EVERY - 1;
    return isTurn && this.has('refresh') ? 'refresh' : 'interactive';
  }

  /** Takes out the first of a class, or of the other where none of it is left; undefined when all have left. */
  takeNext(priority: Priority): Waiter | undefined {
    const next = this.#queues[priority].shift() ?? this.#queues[this.nextPriority()].shift();
    if (next !== undefined) this.#taken += 1;
    return next;
  }
}
