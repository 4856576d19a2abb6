import { describe, expect, it } from '@jest/globals';
import { RefreshPace } from '../../../src/platform/cache/refreshPace.ts';
import { fakeClock } from '../../support/fakeClock.ts';

/** Begins as many as may. */
function takeAll(pace: RefreshPace): number {
  let taken = 0;
  for (; pace.isOpen && taken < 1000; taken += 1) pace.take();
  return taken;
}

describe('reading answers again in the background', () => {
  it('begins with a few at once, and goes on with one every five milliseconds', () => {
    const clock = fakeClock();
    const pace = new RefreshPace(clock);
    const begun = [takeAll(pace)];
    for (const ms of [2, 3, 5, 15]) {
      clock.advance(ms);
      begun.push(takeAll(pace));
    }

    expect(begun).toEqual([2, 0, 1, 1, 2]);
  });

  it('saves nothing up for longer than a few take', () => {
    const clock = fakeClock();
    const pace = new RefreshPace(clock);
    takeAll(pace);
    clock.advance(60_000);

    expect(takeAll(pace)).toBe(2);
  });
});
