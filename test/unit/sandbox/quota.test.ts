import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createQuota } from '../../../src/sandbox/quota.ts';

const gapsMs = fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 200 });

it('admits no more than the rate in any 60 seconds, and refuses only when they are full', () => {
  fc.assert(
    fc.property(gapsMs, fc.integer({ min: 1, max: 8 }), (gaps, requestsPerMinute) => {
      let nowMs = 0;
      const quota = createQuota({ requestsPerMinute, now: () => nowMs });
      const admittedMs: number[] = [];
      for (const gapMs of gaps) {
        nowMs += gapMs;
        const inWindow = admittedMs.filter((atMs) => atMs > nowMs - 60_000);
        const waitSeconds = quota('key');
        expect(waitSeconds === null).toBe(inWindow.length < requestsPerMinute);
        if (waitSeconds === null) admittedMs.push(nowMs);
        else expect(nowMs + waitSeconds * 1000).toBeGreaterThanOrEqual((inWindow[0] ?? NaN) + 60_000);
      }
    }),
  );
});

it('is quick also at a million calls a minute', () => {
  let nowMs = 0;
  const quota = createQuota({ requestsPerMinute: 1_000_000, now: () => (nowMs += 0.1) });
  const refused = Array.from({ length: 1_000_000 }, () => quota('key')).filter((wait) => wait !== null);
  expect(refused).toEqual([]);
});
