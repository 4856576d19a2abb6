import type { Clock } from '../../domain/clock.ts';
import { asError } from '../../domain/errors.ts';
import type { OperationMeter, Priority, ReadContext } from '../../domain/operation.ts';
import { Stop, type StopSignal } from '../../domain/stop.ts';

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
   * @returns what was read, or the reader's own abort reason as soon as its signal aborts, and whether somebody else had
   *   started it
   */
  join(
    key: string,
    notBeforeMs: number,
    context: ReadContext,
    start: (flightContext: ReadContext) => Promise<T>,
  ): { readonly landing: Promise<T>; readonly isJoined: boolean } {
    if (context.signal.aborted) return { landing: Promise.reject(context.signal.reason), isJoined: false };
    const known = this.#flights.get(key);
    if (known !== undefined && known.startedAtMs >= notBeforeMs) {
      return { landing: known.board(context), isJoined: true };
    }
    const flight = new Flight<T>(this.#flights, key, this.#clock.monotonicMs(), context.meter);
    this.#flights.set(key, flight);
    const landing = flight.board(context); // There before the reader looks at its deadline.
    flight.takeOff(start);
    return { landing, isJoined: false };
  }

  /** Whether a read of `key` is under way. */
  has(key: string): boolean {
    return this.#flights.has(key);
  }
}

/** Somebody who waits for a read. */
class Waiter<T> {
  readonly #flight: Flight<T>;
  readonly context: ReadContext;
  readonly resolve: (answer: T) => void;
  readonly reject: (reason: unknown) => void;

  constructor(
    flight: Flight<T>,
    context: ReadContext,
    resolve: (answer: T) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#flight = flight;
    this.context = context;
    this.resolve = resolve;
    this.reject = reject;
  }

  /** Their signal has aborted. */
  handleEvent(): void {
    this.#flight.leave(this);
  }
}

/** One read under way, who waits for it, and what it is done under: as long as anybody waits. */
class Flight<T> implements ReadContext {
  readonly #flights: Map<string, Flight<T>>;
  readonly #key: string;
  readonly startedAtMs: number;
  /** Who starts it pays for it. */
  readonly meter: OperationMeter;
  readonly #stop = new Stop();
  #waiters: Waiter<T>[] = [];
  /** Whom to tell when the first interactive one comes to wait for a refresh. */
  #urgent: (() => void)[] | undefined;

  constructor(flights: Map<string, Flight<T>>, key: string, startedAtMs: number, meter: OperationMeter) {
    this.#flights = flights;
    this.#key = key;
    this.startedAtMs = startedAtMs;
    this.meter = meter;
  }

  get signal(): StopSignal {
    return this.#stop;
  }

  deadlineAtMs(): number {
    let latestMs = -Infinity;
    for (const { context } of this.#waiters) latestMs = Math.max(latestMs, context.deadlineAtMs());
    return latestMs;
  }

  priority(): Priority {
    return this.#waiters.some(({ context }) => context.priority() === 'interactive') ? 'interactive' : 'refresh';
  }

  onUrgent(callback: () => void): () => void {
    this.#urgent ??= [];
    this.#urgent.push(callback);
    return () => (this.#urgent = this.#urgent?.filter((each) => each !== callback));
  }

  /** Begins to read. */
  takeOff(start: (flightContext: ReadContext) => Promise<T>): void {
    // When all have left, nobody looks at how it ended.
    this.#begin(start).then(
      (answer) => {
        for (const { resolve } of this.#land()) resolve(answer);
      },
      (reason: unknown) => {
        for (const { reject } of this.#land()) reject(reason);
      },
    );
  }

  /** One that fails at once has failed like any other: who waits is told. */
  #begin(start: (flightContext: ReadContext) => Promise<T>): Promise<T> {
    try {
      return start(this);
    } catch (error) {
      return Promise.reject(asError(error));
    }
  }

  /** Waits for it, until it has landed or the asker's signal aborts. */
  board(context: ReadContext): Promise<T> {
    const landing = new Promise<T>((resolve, reject) => {
      const waiter = new Waiter(this, context, resolve, reject);
      // Who is hurried looks at its deadline. Most are alone: an array that is pushed to takes room for many.
      if (this.#waiters.length === 0) this.#waiters = [waiter];
      else this.#waiters.push(waiter);
      context.signal.addEventListener('abort', waiter);
    });
    if (this.#urgent !== undefined && context.priority() === 'interactive') {
      const urgent = this.#urgent;
      this.#urgent = undefined;
      for (const hurry of urgent) hurry();
    }
    return landing;
  }

  leave(waiter: Waiter<T>): void {
    const { reason } = waiter.context.signal;
    waiter.reject(reason);
    this.#waiters = this.#waiters.filter((each) => each !== waiter);
    if (this.#waiters.length > 0) return;
    // Nobody is left: the next one to ask starts anew.
    this.#end();
    this.#stop.abort(reason);
  }

  /** Gives those who waited. */
  #land(): readonly Waiter<T>[] {
    this.#end();
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.context.signal.removeEventListener('abort', waiter);
    return waiters;
  }

  #end(): void {
    if (this.#flights.get(this.#key) === this) this.#flights.delete(this.#key);
  }
}
