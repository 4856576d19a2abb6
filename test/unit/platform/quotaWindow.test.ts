import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { QuotaWindow } from '../../../src/platform/quota/quotaWindow.ts';

const WINDOW_MS = 60_000;

/** The most grants in any window of that length. */
function mostInAnyWindow(grants: readonly number[]): number {
  let from = 0;
  let most = 0;
  grants.forEach((grantMs, to) => {
    while ((grants[from] ?? 0) + WINDOW_MS <= grantMs) from += 1;
    most = Math.max(most, to - from + 1);
  });
  return most;
}

describe('the quota window', () => {
  it('never grants more than the limit in any window, whenever it is asked', () => {
    const pauses = fc.array(
      fc.oneof(
        fc.constant(0),
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 0, max: 90_000 }),
      ),
      {
        maxLength: 400,
      },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), pauses, (limit, waits) => {
        const window = new QuotaWindow({ limit, windowMs: WINDOW_MS });
        const grants: number[] = [];
        let nowMs = 0;
        for (const wait of waits) {
          nowMs += wait;
          if (window.take(nowMs).granted) grants.push(nowMs);
        }
        expect(mostInAnyWindow(grants)).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it.each([1, 2, 5, 100, 1000])(
    'of %i a minute is used to 95 % and more while there is demand, without a pause',
    (limit) => {
      const window = new QuotaWindow({ limit, windowMs: WINDOW_MS });
      const grants: number[] = [];
      let nowMs = 0;
      while (nowMs < 10 * WINDOW_MS) {
        const grant = window.take(nowMs);
        if (grant.granted) grants.push(nowMs);
        else nowMs += Math.max(grant.waitMs, 0.001);
      }

      expect(grants.length).toBeGreaterThanOrEqual(10 * limit * 0.95);
      expect(mostInAnyWindow(grants)).toBeLessThanOrEqual(limit);
      const steady = grants.filter((grantMs) => grantMs > 2 * WINDOW_MS);
      const pauses = steady.slice(1).map((grantMs, index) => grantMs - (steady[index] ?? 0));
      expect(Math.max(...pauses, 0)).toBeLessThanOrEqual(Math.max(WINDOW_MS / limit, 1) * 2.1);
    },
  );

  it('lets half of it go at once after a quiet minute', () => {
    const window = new QuotaWindow({ limit: 100, windowMs: WINDOW_MS });

    expect(Array.from({ length: 50 }, () => window.take(0).granted)).not.toContain(false);
    expect(window.take(0)).toMatchObject({ granted: false });
  });

  it('counts each grant for a window and a millisecond at most, but those that were given back', () => {
    const step = fc.record({
      waitMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 2, noNaN: true }), fc.integer({ max: 40_000, min: 0 })),
      isGivenBack: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const window = new QuotaWindow({ limit: 1000, windowMs: WINDOW_MS });
        const kept: number[] = [];
        let nowMs = 0;
        for (const { waitMs, isGivenBack } of steps) {
          nowMs += waitMs;
          const grant = window.take(nowMs);
          if (!grant.granted) continue;
          if (isGivenBack) grant.giveBack();
          else kept.push(nowMs);
          const inLast = (ms: number) => kept.filter((grantMs) => grantMs > nowMs - ms).length;
          expect(window.used(nowMs)).toBeGreaterThanOrEqual(inLast(WINDOW_MS));
          expect(window.used(nowMs)).toBeLessThanOrEqual(inLast(WINDOW_MS + 1));
        }
      }),
    );
  });

  it('tells of a limit that has shrunk when as many have left as are too many', () => {
    const window = new QuotaWindow({ limit: 10, windowMs: WINDOW_MS });
    for (const atMs of [0, 0, 0, 1000, 2000]) window.take(atMs);

    expect([4, 3, 2, 1].map((limit) => window.waitMs(2000, limit))).toEqual([58_000, 58_000, 59_000, 60_000]);
  });

  it('says when to ask again, and grants within one window to who does', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 80 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), pauses, (limit, waits) => {
        const window = new QuotaWindow({ limit, windowMs: WINDOW_MS });
        let nowMs = 0;
        for (const wait of waits) {
          nowMs += wait;
          const askedMs = nowMs;
          for (let grant = window.take(nowMs); !grant.granted; grant = window.take(nowMs))
            nowMs += grant.waitMs + 0.001;
          expect(nowMs - askedMs).toBeLessThanOrEqual(WINDOW_MS + 1);
        }
      }),
    );
  });
});
