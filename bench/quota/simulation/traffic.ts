import type { Clock } from '../../../src/domain/clock.ts';
import type { Random } from '../../support/random.ts';

/** Calls `begin` at moments of their own, `perSecond` on average, from now until `untilMs` on the monotonic clock. */
export function arriveAtRandom(
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  perSecond: number,
  untilMs: number,
  begin: () => void,
): void {
  clock.after(random.wait(1000 / perSecond), () => {
    if (clock.monotonicMs() >= untilMs) return;
    begin();
    arriveAtRandom({ clock, random }, perSecond, untilMs, begin);
  });
}

/** Ids that nobody has asked for yet. */
export function newIds(): () => string {
  let last = 500_000_000;
  return () => String((last += 1));
}

/** A call's way to the platform: some milliseconds, now and then most of a second. */
export function travelTimes(random: Random): () => number {
  return () => (random.chance(0.01) ? 200 + random.below(700) : 1 + random.below(40));
}

/** How long the platform takes: some tens of milliseconds, now and then half a second. */
export function latencies(random: Random): () => number {
  return () => (random.chance(0.02) ? 500 : 20) + random.below(80);
}
