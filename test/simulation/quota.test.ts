import { describe, expect, it, jest } from '@jest/globals';
import { measureBreaker } from '../../bench/quota/simulation/breaker.ts';
import { measureIsolation } from '../../bench/quota/simulation/isolation.ts';
import { measureFairness, measureOverload, measureOverloadUnderFaults } from '../../bench/quota/simulation/overload.ts';
import { measureRetries } from '../../bench/quota/simulation/retries.ts';
import { measureStale } from '../../bench/quota/simulation/stale.ts';
import { measureTokens } from '../../bench/quota/simulation/tokens.ts';

const SEED = 20_260_101;
// What takes three seconds takes longer on a busy machine.
jest.setTimeout(60_000);

/** The simulated half of `npm run bench:quota`, shortened. Its minutes pass on a clock of its own, in no time. */
describe('the gateway over minutes', () => {
  it.each([
    [
      'three replicas without Redis keep to the quota in every sliding minute of overload, and use it',
      () => measureOverload({ seed: SEED, minutes: 3 }),
    ],
    [
      'three replicas keep to it while calls fail in every way, and are tried again',
      () => measureOverloadUnderFaults({ seed: SEED, minutes: 3 }),
    ],
    [
      'callers go first while refreshes flood the gate, and neither starves',
      () => measureFairness({ seed: SEED, minutes: 3 }),
    ],
    ['a platform that fails sees few retries', () => measureRetries({ seed: SEED, seconds: 20 })],
    [
      'a platform that is gone is answered for from the cache, as long as answers keep',
      () => measureStale({ seed: SEED, keys: 100 }),
    ],
    ['the breaker opens soon, probes seldom and closes soon', () => measureBreaker({ seed: SEED, seconds: 20 })],
    [
      'each rotation of the token is one call, and no caller sees it',
      () => measureTokens({ seed: SEED, rotations: 10 }),
    ],
    [
      'no caller gets a figure of another customer, or an older one than it says, whatever fails',
      () => measureIsolation({ seed: SEED, schedules: 200 }),
    ],
  ])('%s', async (_rule, measure) => {
    const measurements = await measure();

    expect(measurements.length).toBeGreaterThan(0);
    expect(measurements.filter(({ isMet }) => isMet !== true)).toEqual([]);
  });
});
