import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createMeter, type ReadContext } from '../../../src/domain/operation.ts';
import { PlatformProblem, type ProblemKind } from '../../../src/platform/answer/problem.ts';
import type { CallLayer } from '../../../src/platform/client/call.ts';
import { Failed, promiseOf } from '../../../src/platform/outcome.ts';
import { retryDelayMs, withRetry } from '../../../src/platform/client/retry.ts';
import { RetryBudget } from '../../../src/platform/client/retryBudget.ts';
import { fakeClock } from '../../support/fakeClock.ts';

const problem = (kind: ProblemKind) => new PlatformProblem('PLATFORM_UNAVAILABLE', kind);
const REQUEST = { endpoint: 'pointsBalance', path: 'v2/x', searchParams: {} } as const;

describe('a retry', () => {
  it('comes once, after a transient fault only, within 50 ms', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (random) => {
        const delayMs = retryDelayMs(1, problem('transient'), random);
        return delayMs !== null && delayMs >= 0 && delayMs <= 50;
      }),
    );
    expect(retryDelayMs(2, problem('transient'), 0)).toBeNull();
    expect(retryDelayMs(1, problem('final'), 0)).toBeNull();
    expect(retryDelayMs(1, problem('expired'), 0)).toBeNull();
    expect(retryDelayMs(1, new Error('other'), 0)).toBeNull();
  });

  it('makes at most 1.1 calls of each read while everything fails, at 50 reads a second', async () => {
    const clock = fakeClock();
    const budget = new RetryBudget({ share: 0.1, perSecond: 1, windowMs: 10_000 }, clock);
    let calls = 0;
    const fail: CallLayer = (_request, _context, done) => {
      calls += 1;
      done(new Failed(problem('transient')));
    };
    const read = withRetry(fail, { clock, budget, random: () => 0 });
    const context: ReadContext = {
      signal: new AbortController().signal,
      deadlineAtMs: () => Infinity,
      priority: () => 'interactive',
      meter: createMeter(),
    };
    const READS = 3000;
    for (let each = 0; each < READS; each += 1) {
      clock.advance(20);
      await expect(promiseOf((done) => read(REQUEST, context, done))).rejects.toThrow();
    }

    // A tenth of the reads, and one a second besides.
    expect(calls / READS).toBeLessThanOrEqual(1.1 + 1 / 50 + 0.001);
    expect(calls).toBeGreaterThan(READS);
  });

  it('is not made when the deadline leaves no time for it', async () => {
    const clock = fakeClock();
    const budget = new RetryBudget({ share: 1, perSecond: 10, windowMs: 10_000 }, clock);
    let calls = 0;
    const read = withRetry(
      (_request, _context, done) => {
        calls += 1;
        done(new Failed(problem('transient')));
      },
      { clock, budget, random: () => 0 },
    );
    const signal = new AbortController().signal;
    const context: ReadContext = {
      signal,
      deadlineAtMs: () => 49,
      priority: () => 'interactive',
      meter: createMeter(),
    };

    await expect(promiseOf((done) => read(REQUEST, context, done))).rejects.toThrow();
    expect(calls).toBe(1);
  });
});
