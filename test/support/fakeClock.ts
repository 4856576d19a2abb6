import type { Clock } from '../../src/domain/clock.ts';

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves on by `ms`, and calls what falls due on the way, in order. */
  advance(ms: number): void;
}

/** 1 January 2026, noon UTC. */
export const START_MS = Date.UTC(2026, 0, 1, 12);

/** Starts at {@link START_MS}; its monotonic side starts at 0. */
export function fakeClock(): FakeClock {
  let elapsedMs = 0;
  let timers: { readonly dueMs: number; readonly callback: () => void }[] = [];

  return {
    now: () => START_MS + elapsedMs,
    monotonicMs: () => elapsedMs,
    after(delayMs, callback) {
      const timer = { dueMs: elapsedMs + delayMs, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    advance(ms) {
      const endMs = elapsedMs + ms;
      for (;;) {
        const next = timers.filter(({ dueMs }) => dueMs <= endMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];
        if (next === undefined) break;
        timers = timers.filter((each) => each !== next);
        elapsedMs = Math.max(elapsedMs, next.dueMs);
        next.callback();
      }
      elapsedMs = endMs;
    },
  };
}
