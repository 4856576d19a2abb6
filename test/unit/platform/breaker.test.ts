import { describe, expect, it } from '@jest/globals';
import { Breaker } from '../../../src/platform/client/breaker.ts';
import { fakeClock } from '../../support/fakeClock.ts';

const RULES = {
  views: [
    { windowMs: 10_000, minCalls: 20, failureShare: 0.5 },
    { windowMs: 1000, minCalls: 20, failureShare: 0.8 },
  ],
  last: { calls: 20, windowMs: 10_000, failureShare: 0.9 },
  openMs: 5000,
};

function setUp() {
  const clock = fakeClock();
  const breaker = new Breaker(RULES, clock);
  const call = (isFailure: boolean | undefined) => {
    const admission = breaker.admit();
    if (admission.isAdmitted) breaker.settle(admission, isFailure);
    return admission.isAdmitted;
  };
  return { clock, breaker, call };
}

/** The same numbers from 0 to 1 each time (a linear congruential generator). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
}

describe('the breaker', () => {
  it('opens when half of at least twenty calls of ten seconds failed, and then admits none', () => {
    const { breaker, call } = setUp();
    for (let each = 0; each < 19; each += 1) call(each % 2 === 0);
    expect(breaker.state).toBe('closed');

    call(true);

    expect(breaker.state).toBe('open');
    expect(breaker.admit()).toMatchObject({ isAdmitted: false, retryAfterMs: 5000 });
  });

  it('forgets by time: an old burst does not count against one failure an hour later', () => {
    const { clock, breaker, call } = setUp();
    for (let each = 0; each < 19; each += 1) call(true);
    clock.advance(3_600_000);

    call(true);

    expect(breaker.state).toBe('closed');
  });

  it.each([
    ['all of the calls fail, at 50 calls a second: within a second', 20, 1, 50],
    ['all of the calls fail, at 10 calls a second: within twenty calls', 100, 1, 20],
    ['all of the calls fail, at 3 calls a second: within twenty calls', 330, 1, 20],
    ['half of the calls fail, at 50 calls a second: when they have for ten seconds', 20, 2, 501],
  ])('opens after a minute of health when %s', (_what, everyMs, everyCall, atMost) => {
    const { clock, breaker, call } = setUp();
    for (let each = 0; each < 60_000 / everyMs; each += 1) {
      clock.advance(everyMs);
      call(false);
    }
    let calls = 0;
    for (; breaker.state === 'closed' && calls < 10_000; calls += 1) {
      clock.advance(everyMs);
      call(calls % everyCall === 0);
    }

    expect(calls).toBeLessThanOrEqual(atMost);
  });

  it('stays closed while two calls of five fail, for they come as they come', () => {
    const { clock, breaker, call } = setUp();
    const random = seeded(7);
    for (let each = 0; each < 6000; each += 1) {
      clock.advance(20);
      call(random() < 0.4);
      expect(breaker.state).toBe('closed');
    }
  });

  it('lets one probe through after five seconds, and closes when it succeeds', () => {
    const { clock, breaker, call } = setUp();
    for (let each = 0; each < 20; each += 1) call(true);
    clock.advance(5000);
    const probe = breaker.admit();
    expect([probe.isAdmitted, breaker.admit().isAdmitted, breaker.state]).toEqual([true, false, 'probing']);

    breaker.settle(probe, false);

    expect([breaker.state, call(false)]).toEqual(['closed', true]);
  });

  it.each([true, undefined])('stays open when the probe ends with %s', (isFailure) => {
    const { clock, breaker, call } = setUp();
    for (let each = 0; each < 20; each += 1) call(true);
    clock.advance(5000);

    call(isFailure);

    expect(breaker.admit()).toMatchObject({ isAdmitted: false, retryAfterMs: 5000 });
  });

  it('is not closed by a call that was let through before it opened', () => {
    const { clock, breaker, call } = setUp();
    const slow = breaker.admit();
    for (let each = 0; each < 20; each += 1) call(true);
    clock.advance(5000);
    breaker.admit();

    breaker.settle(slow, false);

    expect(breaker.state).toBe('probing');
  });
});
