import type { Clock } from '../../domain/clock.ts';

/** A page of a ledger is some 3 kB: at this pace it takes three seconds, and nobody waits for that. */
const MIN_BYTES = 1024;
const EVERY_MS = 1000;

/** What is watched: as many bytes as there are by now, of a body that is still coming in. */
export interface Growing {
  readonly bytes: number;
  readonly isOver: boolean;
  /** Called when a second has brought too little. */
  stalled(): void;
}

/**
 * Watches a body come in that has begun: a time-out between two bytes never fires on one that drips. The time to the first
 * byte is not counted, for the platform may have to think.
 *
 * @returns what ends it; it also ends by itself, a second late, when the body is over
 */
export function watchProgress(body: Growing, clock: Clock): () => void {
  let counted = 0;
  let cancel: () => void;
  const look = () => {
    if (body.isOver) return;
    if (body.bytes - counted < MIN_BYTES) {
      body.stalled();
      return;
    }
    counted = body.bytes;
    cancel = clock.after(EVERY_MS, look);
  };
  cancel = clock.after(EVERY_MS, look);
  return () => cancel();
}
