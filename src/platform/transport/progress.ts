import type { Clock } from '../../domain/clock.ts';

/** A page of a ledger is some 3 kB: at this pace it takes three seconds, and nobody waits for that. */
const MIN_BYTES = 1024;
const EVERY_MS = 1000;

/** Watches a body come in. */
export interface ProgressWatch {
  /** Told how much there is by now. */
  readonly received: (bytes: number) => void;
  /** Nothing more is expected. */
  readonly end: () => void;
}

/**
 * Calls `onStall` when a body that has begun brings too little in a second: a time-out between two bytes never fires on one
 * that drips. The time to the first byte is not counted, for the platform may have to think.
 */
export function watchProgress(clock: Clock, onStall: () => void): ProgressWatch {
  const body = { bytes: 0, counted: 0 };
  let isOver = false;
  let isWatched = false;
  let cancel: (() => void) | undefined;

  const look = () => {
    if (body.bytes - body.counted < MIN_BYTES) {
      onStall();
      return;
    }
    body.counted = body.bytes;
    watch();
  };
  const watch = () => {
    if (!isOver) cancel = clock.after(EVERY_MS, look);
  };
  return {
    received(bytes) {
      body.bytes = bytes;
      if (isWatched || bytes === 0) return;
      isWatched = true;
      // Most bodies come in one piece, and have ended by then: they need no timer.
      queueMicrotask(watch);
    },
    end() {
      isOver = true;
      cancel?.();
    },
  };
}
