import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FallbackQuota } from '../../../src/platform/quota/fallbackQuota.ts';
import { fakeClock } from '../../support/fakeClock.ts';

const WINDOW_MS = 60_000;

describe('a gateway that has lost Redis', () => {
  it('keeps to its share of the quota', () => {
    const clock = fakeClock();
    const quota = new FallbackQuota({ limit: 90, windowMs: WINDOW_MS }, 3, clock);
    quota.lost();

    let granted = 0;
    for (let step = 0; step < 60_000; step += 10) {
      clock.advance(10);
      if (quota.take('interactive').granted) granted += 1;
    }

    expect(granted).toBeLessThanOrEqual(30);
    expect(granted).toBeGreaterThanOrEqual(28);
  });

  it('counts the gateways that Redis told of, where there are more than configured', () => {
    const quota = new FallbackQuota({ limit: 90, windowMs: WINDOW_MS }, 1, fakeClock());
    quota.seen({ used: 0, limit: 90, gateways: 9 });
    quota.lost();

    expect(quota.limit()).toBeLessThanOrEqual(10);
  });

  it('grants nothing on top of what all granted together before, whoever of them did', () => {
    const gateways = 3;
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 60 }),
        fc.array(fc.integer({ min: 0, max: gateways - 1 }), { maxLength: 400 }),
        fc.array(fc.record({ waitMs: fc.integer({ min: 0, max: 8000 }), who: fc.integer({ min: 0, max: 2 }) }), {
          maxLength: 200,
        }),
        (limit, before, after) => {
          const clock = fakeClock();
          const all = Array.from(
            { length: gateways },
            () => new FallbackQuota({ limit, windowMs: WINDOW_MS }, gateways, clock),
          );
          const times: number[] = [];
          // While Redis is there it keeps all of them to the limit.
          for (const who of before) {
            const used = times.filter((atMs) => atMs > clock.monotonicMs() - WINDOW_MS).length;
            if (used < limit) {
              all[who]?.note('epoch', 'interactive');
              times.push(clock.monotonicMs());
            }
            for (const each of all) each.seen({ used: Math.min(limit, used + 1), limit, gateways });
            clock.advance(400);
          }
          for (const each of all) each.lost();
          for (const { waitMs, who } of after) {
            clock.advance(waitMs);
            while (all[who]?.take('interactive').granted === true) times.push(clock.monotonicMs());
          }

          for (const from of times) {
            expect(times.filter((atMs) => atMs >= from && atMs < from + WINDOW_MS).length).toBeLessThanOrEqual(limit);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    // Below half of the limit nothing paces them: one gateway may have gone that far since another one looked.
    ['half of the quota at once', 0, 49],
    ['two calls, at the pace of the other half', 60, 2],
  ])('counts on what others may have done since it looked last: %s', (_what, seenByAll, unseen) => {
    const gateways = 3;
    const limit = 99;
    const clock = fakeClock();
    const all = Array.from(
      { length: gateways },
      () => new FallbackQuota({ limit, windowMs: WINDOW_MS }, gateways, clock),
    );
    // By one that has left since: nobody here has it among its own.
    for (const each of all) each.seen({ used: seenByAll, limit, gateways });
    for (let call = 1; call <= unseen; call += 1) {
      all[0]?.note('epoch', 'interactive');
      all[0]?.seen({ used: seenByAll + call, limit, gateways });
    }
    for (const each of all) each.lost();

    let used = seenByAll + unseen;
    for (let elapsedMs = 0; elapsedMs < WINDOW_MS; elapsedMs += 100) {
      for (const each of all) while (each.take('interactive').granted) used += 1;
      clock.advance(100);
    }

    expect(used).toBeLessThanOrEqual(limit);
    expect(used).toBeGreaterThan(seenByAll + unseen);
  });

  it('tells a log of each call once, and a new log all of the window', () => {
    const clock = fakeClock();
    const quota = new FallbackQuota({ limit: 90, windowMs: WINDOW_MS }, 1, clock);
    quota.note('first', 'interactive');
    quota.lost();
    clock.advance(1000);
    quota.take('interactive');

    const untold = quota.untold('first');
    expect(untold.map(({ atMs }) => atMs)).toEqual([1000]);
    quota.tell(untold, 'first');
    expect(quota.untold('first')).toEqual([]);
    expect(quota.untold('second').map(({ atMs }) => atMs)).toEqual([0, 1000]);
    clock.advance(WINDOW_MS - 1000);
    expect(quota.untold('second').map(({ atMs }) => atMs)).toEqual([1000]);
  });
});
