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
    const windowMs = 5; // So short that most times are at an edge of something.
    const step = fc.record({
      waitMs: fc.oneof(fc.constant(0), fc.constantFrom(0.1, 0.9, 1, 4.9), fc.double({ min: 0, max: 3, noNaN: true })),
      /** Which of those that are held is given back now, if any. */
      back: fc.option(fc.nat()),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (steps, limit) => {
        const window = new QuotaWindow({ limit, windowMs });
        const held: { readonly atMs: number; readonly giveBack: () => void }[] = [];
        let nowMs = 0.05;
        for (const { waitMs, back } of steps) {
          nowMs += waitMs;
          const grant = window.take(nowMs);
          if (grant.granted) held.push({ atMs: nowMs, giveBack: grant.giveBack });
          const [given] = back === null ? [] : held.splice(back % Math.max(1, held.length), 1);
          given?.giveBack();
          const inLast = (ms: number) => held.filter(({ atMs }) => atMs + ms > nowMs).length;
          expect(window.used(nowMs)).toBeGreaterThanOrEqual(inLast(windowMs));
          expect(window.used(nowMs)).toBeLessThanOrEqual(inLast(windowMs + 1));
        }
      }),
      { numRuns: 500 },
    );
  });

  /** A window with grants at these times, and what gives each back. */
  function taken(...times: readonly number[]) {
    const window = new QuotaWindow({ limit: 100, windowMs: WINDOW_MS });
    const backs = times.map((atMs) => {
      const grant = window.take(atMs);
      return grant.granted ? grant.giveBack : () => undefined;
    });
    return { window, giveBack: (index: number) => backs[index]?.() };
  }

  it('keeps all grants of a millisecond until the last of them has left, and those of no other', () => {
    const { window } = taken(0.1, 0.9, 1.8, 2.7);

    expect([60_000.5, 60_000.95, 60_002, 60_002.7].map((atMs) => window.used(atMs))).toEqual([4, 2, 1, 0]);
  });

  it('takes a place back from the millisecond that it was taken in', () => {
    const { window, giveBack } = taken(0, 1000);
    giveBack(0);

    expect(window.used(60_500)).toBe(1);
  });

  it('takes no place back that has left the window, nor one twice', () => {
    const { window, giveBack } = taken(0, 1000, 2000, 2000.1);
    expect(window.used(60_000)).toBe(3);
    giveBack(0);
    expect(window.used(60_000)).toBe(3);
    giveBack(2);
    giveBack(2);

    expect(window.used(60_000)).toBe(2);
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
