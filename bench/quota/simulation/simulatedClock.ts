import type { Clock } from '../../../src/domain/clock.ts';

/** A clock that jumps from one timer to the next, and lets everything that follows from each happen in between. */
export interface SimulatedClock extends Clock {
  /** Runs until `atMs` on the monotonic clock. */
  runUntil(atMs: number): Promise<void>;
  /** Sets the wall clock on, or back; the monotonic one does not notice. */
  shiftWall(byMs: number): void;
  /** What the wall clock said at `atMs`, not in the future, on the monotonic clock. */
  wallAt(atMs: number): number;
}

/** 1 January 2026, noon UTC. */
const START_MS = Date.UTC(2026, 0, 1, 12);

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
  isCancelled: boolean;
}

/** Its monotonic side starts at 0. */
export function createSimulatedClock(): SimulatedClock {
  let elapsedMs = 0;
  /** From when on the wall clock is ahead of the monotonic one by how much, latest last. */
  const shifts: { readonly fromMs: number; readonly aheadMs: number }[] = [];
  /** Latest first, so that the next one is taken off the end; of two at the same time, the older one is nearer to it. */
  const timers: Timer[] = [];

  function add(timer: Timer): void {
    let low = 0;
    let high = timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((timers[middle]?.dueMs ?? 0) > timer.dueMs) low = middle + 1;
      else high = middle;
    }
    timers.splice(low, 0, timer);
  }

  const wallAt = (atMs: number) => atMs + (shifts.findLast(({ fromMs }) => fromMs <= atMs)?.aheadMs ?? START_MS);

  return {
    now: () => wallAt(elapsedMs),
    monotonicMs: () => elapsedMs,
    after(delayMs, callback) {
      if (delayMs === Infinity) return () => undefined;
      const timer = { dueMs: elapsedMs + Math.max(0, delayMs), callback, isCancelled: false };
      add(timer);
      return () => {
        timer.isCancelled = true;
      };
    },
    async runUntil(atMs) {
      await settled();
      for (let next = timers.at(-1); next !== undefined && next.dueMs <= atMs; next = timers.at(-1)) {
        timers.pop();
        if (next.isCancelled) continue;
        elapsedMs = next.dueMs;
        next.callback();
        await settled();
      }
      elapsedMs = Math.max(elapsedMs, atMs);
    },
    shiftWall(byMs) {
      shifts.push({ fromMs: elapsedMs, aheadMs: wallAt(elapsedMs) - elapsedMs + byMs });
    },
    wallAt,
  };
}

/** Resolves when every promise and tick that could go on has: they all run before the loop comes to its next phase. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Resolves `delayMs` later on this clock. */
export function delay(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}
