import { beforeEach, describe, expect, it } from '@jest/globals';
import { PlatformHealth } from '../../../src/observe/platformHealth.ts';
import { healthOf, type HealthSources } from '../../../src/observe/health.ts';
import { fakeClock, type FakeClock } from '../../support/fakeClock.ts';

describe('the health of the platform', () => {
  let clock: FakeClock;
  let health: PlatformHealth;
  beforeEach(() => {
    clock = fakeClock();
    health = new PlatformHealth(clock);
  });
  const fail = (outcome: string, detail?: string) => health.platformCallEnded('customer', outcome, 1, detail);

  it.each(['certificate refused', 'host unknown'])('is bad at the first %s: that does not mend itself', (detail) => {
    fail('PLATFORM_UNAVAILABLE', detail);

    expect(health.reasons()).toEqual([{ part: 'platform', endpoint: 'customer', reason: detail }]);
  });

  it('is bad after three failures of one endpoint in a row, whatever the others do', () => {
    fail('PLATFORM_TIMEOUT', 'no answer in time');
    health.platformCallEnded('pointsBalance', 'ok', 1);
    fail('PLATFORM_BAD_RESPONSE', 'not JSON');
    expect(health.reasons()).toEqual([]);
    fail('PLATFORM_DENIED');

    expect(health.reasons()).toEqual([{ part: 'platform', endpoint: 'customer', reason: 'PLATFORM_DENIED' }]);
  });

  it.each(['abandoned', 'PLATFORM_QUOTA_SPENT'])('is neither better nor worse for a call that was %s', (outcome) => {
    fail('PLATFORM_UNAVAILABLE', 'HTTP 500');
    fail('PLATFORM_UNAVAILABLE', 'HTTP 500');
    fail(outcome);
    expect(health.reasons()).toEqual([]);
    fail('PLATFORM_UNAVAILABLE', 'HTTP 502');

    expect(health.reasons()).toEqual([{ part: 'platform', endpoint: 'customer', reason: 'HTTP 502' }]);
  });

  it.each(['ok', 'CUSTOMER_NOT_FOUND', 'INVALID_PROGRAM'])('is good again after an answer: %s', (outcome) => {
    fail('PLATFORM_UNAVAILABLE', 'certificate refused');
    fail(outcome);

    expect(health.reasons()).toEqual([]);
  });

  it('is that the quota is spent for as long as the platform said', () => {
    health.gateClosed(60_000);
    health.gateClosed(1000);
    clock.advance(59_999);
    expect(health.reasons()).toEqual([{ part: 'quota', reason: 'closed by the platform' }]);
    clock.advance(1);

    expect(health.reasons()).toEqual([]);
  });
});

describe('a gateway', () => {
  const well: HealthSources = {
    isClosing: () => false,
    breakers: () => ({ customer: 'closed' }),
    platform: () => [],
    redis: () => 'up',
  };

  it.each<[string, Partial<HealthSources>, object]>([
    ['is ready', {}, { status: 'ready', reasons: [] }],
    ['is ready without Redis where none is used', { redis: () => 'off' }, { status: 'ready', reasons: [] }],
    [
      'is degraded while Redis is away',
      { redis: () => 'away' },
      { status: 'degraded', reasons: [{ part: 'redis', reason: 'away' }] },
    ],
    [
      'is degraded while a breaker probes',
      { breakers: () => ({ customer: 'probing' }) },
      { status: 'degraded', reasons: [{ part: 'breaker', endpoint: 'customer', reason: 'probing' }] },
    ],
    [
      'is closing whatever else is wrong',
      { isClosing: () => true, redis: () => 'away' },
      { status: 'closing', reasons: [{ part: 'redis', reason: 'away' }] },
    ],
  ])('%s', (_what, difference, expected) => {
    expect(healthOf({ ...well, ...difference })).toEqual(expected);
  });
});
