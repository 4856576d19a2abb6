import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Tally } from '../../../src/platform/client/tally.ts';
import { fakeClock } from '../../support/fakeClock.ts';

const WINDOW_MS = 10_000;
const BUCKET_MS = WINDOW_MS / 20;

it('a tally counts what was added in the window, to a twentieth of it', () => {
  const step = fc.record({ afterMs: fc.oneof(fc.nat(700), fc.nat(25_000)), add: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const clock = fakeClock();
      const tally = new Tally(WINDOW_MS);
      const added: number[] = [];
      for (const { afterMs, add } of steps) {
        clock.advance(afterMs);
        for (let each = 0; each < add; each += 1) {
          tally.add(clock.monotonicMs());
          added.push(clock.monotonicMs());
        }
        const since = (ms: number) => added.filter((atMs) => atMs > clock.monotonicMs() - ms).length;
        expect(tally.count(clock.monotonicMs())).toBeGreaterThanOrEqual(since(WINDOW_MS - BUCKET_MS));
        expect(tally.count(clock.monotonicMs())).toBeLessThanOrEqual(since(WINDOW_MS));
      }
    }),
  );
});

it('a tally that is cleared starts from nothing', () => {
  const clock = fakeClock();
  const tally = new Tally(WINDOW_MS);
  tally.add(clock.monotonicMs());
  tally.clear();
  tally.add(clock.monotonicMs());

  expect(tally.count(clock.monotonicMs())).toBe(1);
});
