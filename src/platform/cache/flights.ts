import type { Clock } from '../../domain/clock.ts';
import type { ReadContext } from '../../domain/operation.ts';
import { Stop, throwIfStopped } from '../../domain/stop.ts';

/**
 * One read at a time for each key, over all operations: who asks for what is already being read waits for that. The
 * read is aborted only when its last waiter has left; one that leaves disturbs no other.
 */
export class Flights<T> {
  readonly #clock: Clock;
  readonly #flights = new Map<string, Flight<T>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Joins the flight for `key`, or starts one.
   *
   * @param notBeforeMs a flight that started earlier (monotonic) is not joined: its answer may be too old for the asker
   * @param start reads under a context of the flight's own, which lives as long as anybody waits
   * @returns what was read, and whether somebody else had started it
   * @throws the reader's own abort reason as soon as its signal aborts
   */
  join(
    key: string,
    notBeforeMs: number,
    context: ReadContext,
    start: (flightContext: ReadContext) => Promise<T>,
  ): { readonly landing: Promise<T>; readonly isJoined: boolean } {
    throwIfStopped(context.signal);
    const known = this.#flights.get(key);
    if (known !== undefined && known.startedAtMs >= notBeforeMs) {
      return { landing: known.board(context), isJoined: true };
    }
    const flight = new Flight<T>(this.#clock.monotonicMs(), () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    this.#flights.set(key, flight);
    const landing = flight.board(context); // There before the reader looks at its deadline.
    flight.takeOff(start, context);
    return { landing, isJoined: false };
  }

  /** Whether a read of `key` is under way. */
  has(key: string): boolean {
    return this.#flights.has(key);
  }
}

/** Somebody who waits for a read. */
interface Waiter<T> {
  readonly context: ReadContext;
  readonly resolve: (answer: T) => void;
  readonly reject: (reason: unknown) => void;
  readonly leave: () => void;
}

/** One read under way, and who waits for it. */
class Flight<T> {
  readonly startedAtMs: number;
  readonly #end: () => void;
  readonly #stop = new Stop();
  #waiters: Waiter<T>[] = [];
  /** Whom to tell when the first interactive one comes to wait for a refresh. */
  #urgent: (() => void)[] = [];

  /** @param end called when it has landed, or all have left */
  constructor(startedAtMs: number, end: () => void) {
    this.startedAtMs = startedAtMs;
    this.#end = end;
  }

  /** Begins to read; who starts it pays for it. */
  takeOff(start: (flightContext: ReadContext) => Promise<T>, { meter }: ReadContext): void {
    const context: ReadContext = {
      signal: this.#stop,
      meter,
      deadlineAtMs: () =>
        this.#waiters.reduce((latest, each) => Math.max(latest, each.context.deadlineAtMs()), -Infinity),
      priority: () =>
        this.#waiters.some((each) => each.context.priority() === 'interactive') ? 'interactive' : 'refresh',
      onUrgent: (callback) => {
        this.#urgent.push(callback);
        return () => (this.#urgent = this.#urgent.filter((each) => each !== callback));
      },
    };
    // When all have left, nobody looks at how it ended.
    start(context).then(
      (answer) => this.#land(({ resolve }) => resolve(answer)),
      (reason: unknown) => this.#land(({ reject }) => reject(reason)),
    );
  }

  /** Waits for it, until it has landed or the asker's signal aborts. */
  board(context: ReadContext): Promise<T> {
    const landing = new Promise<T>((resolve, reject) => {
      const waiter = { context, resolve, reject, leave: () => this.#leave(waiter) };
      this.#waiters.push(waiter); // Who is hurried looks at its deadline.
      context.signal.addEventListener('abort', waiter.leave);
    });
    if (this.#urgent.length > 0 && context.priority() === 'interactive') {
      const urgent = this.#urgent;
      this.#urgent = [];
      for (const hurry of urgent) hurry();
    }
    return landing;
  }

  #leave(waiter: Waiter<T>): void {
    const { reason } = waiter.context.signal;
    waiter.reject(reason);
    this.#waiters = this.#waiters.filter((each) => each !== waiter);
    if (this.#waiters.length > 0) return;
    // Nobody is left: the next one to ask starts anew.
    this.#end();
    this.#stop.abort(reason);
  }

  #land(settle: (waiter: Waiter<T>) => void): void {
    this.#end();
    for (const waiter of this.#waiters) {
      waiter.context.signal.removeEventListener('abort', waiter.leave);
      settle(waiter);
    }
    this.#waiters = [];
  }
}
