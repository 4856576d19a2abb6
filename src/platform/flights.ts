import { setMaxListeners } from 'node:events';
import type { Clock } from '../domain/clock.ts';
import type { ReadContext } from '../domain/operation.ts';

/** One read under way, and who waits for it. */
interface Flight<T> {
  readonly startedAtMs: number;
  readonly landing: Promise<T>;
  readonly waiters: Set<ReadContext>;
  /** Whom to tell when the first interactive one comes to wait for a refresh. */
  readonly urgent: Set<() => void>;
  /** Aborts what is under way. */
  readonly abort: (reason: unknown) => void;
}

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
    context.signal.throwIfAborted();
    const known = this.#flights.get(key);
    const isJoined = known !== undefined && known.startedAtMs >= notBeforeMs;
    const flight = isJoined ? known : this.#takeOff(key, context, start);
    return { landing: this.#board(key, flight, context), isJoined };
  }

  #takeOff(key: string, context: ReadContext, start: (flightContext: ReadContext) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    const waiters = new Set<ReadContext>();
    const urgent = new Set<() => void>();
    const flightContext: ReadContext = {
      signal: controller.signal,
      meter: context.meter, // Who starts it pays for it.
      deadlineAtMs: () => Math.max(...[...waiters].map((waiter) => waiter.deadlineAtMs())),
      priority: () => ([...waiters].some((waiter) => waiter.priority() === 'interactive') ? 'interactive' : 'refresh'),
      onUrgent: (callback) => {
        urgent.add(callback);
        return () => urgent.delete(callback);
      },
    };
    const startedAtMs = this.#clock.monotonicMs();
    waiters.add(context); // There before the reader looks at its deadline.
    const landing = start(flightContext).finally(() => this.#remove(key, flight));
    landing.catch(() => undefined); // When all have left, nobody looks at how it ended.
    const flight = { startedAtMs, landing, waiters, urgent, abort: (reason: unknown) => controller.abort(reason) };
    this.#flights.set(key, flight);
    return flight;
  }

  #board(key: string, flight: Flight<T>, context: ReadContext): Promise<T> {
    const { signal } = context;
    flight.waiters.add(context);
    if (context.priority() === 'interactive') {
      for (const hurry of flight.urgent) hurry();
      flight.urgent.clear();
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(signal.reason);
        flight.waiters.delete(context);
        if (flight.waiters.size > 0) return;
        // Nobody is left: the next one to ask starts anew.
        this.#remove(key, flight);
        flight.abort(signal.reason);
      };
      if (signal.aborted) {
        leave();
        return;
      }
      signal.addEventListener('abort', leave, { once: true });
      flight.landing.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    });
  }

  /** Whether a read of `key` is under way. */
  has(key: string): boolean {
    return this.#flights.has(key);
  }

  #remove(key: string, flight: Flight<T>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
