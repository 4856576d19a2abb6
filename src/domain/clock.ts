/** Time, handed to every part that needs it, so that tests can hold it still. */
export interface Clock {
  /** The wall clock: milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that never run backwards, for durations and deadlines. */
  monotonicMs(): number;
  /** Calls `callback` once after `delayMs` (never, if infinite), unless the returned function was called before. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The machine's own clock. A pending timer does not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    if (delayMs === Infinity) return () => undefined;
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
