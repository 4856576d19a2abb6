import { describe, expect, it } from '@jest/globals';
import { createMeter, type CachedPart } from '../../../src/domain/operation.ts';
import { Stop } from '../../../src/domain/stop.ts';
import { NO_TELEMETRY } from '../../../src/domain/telemetry.ts';
import { createCachedRead } from '../../../src/platform/cache/cache.ts';
import type { Found } from '../../../src/platform/cache/cachedFetch.ts';
import { CacheTiers, type NearEntry } from '../../../src/platform/cache/cacheTiers.ts';
import { Flights } from '../../../src/platform/cache/flights.ts';
import { NO_LEASES } from '../../../src/platform/cache/lease.ts';
import { createMemoryStore } from '../../../src/store/memory.ts';
import { fakeClock } from '../../support/fakeClock.ts';
import { heapBytes } from '../../support/memory.ts';

/** Some 800 kB. */
interface Large {
  readonly readAt: Date;
  readonly numbers: readonly number[];
}

describe('what an operation notes of the answers it was given', () => {
  it('keeps none of them in memory once the cache has let it go', async () => {
    const clock = fakeClock();
    const rules = { freshMs: 15_000, staleMs: 600_000 };
    const near = createMemoryStore<NearEntry<Large>>({
      maxEntries: 10,
      maxBytes: 10_000_000,
      bytesOf: () => 800_000,
      clock,
    });
    const read = createCachedRead<string, Large>({
      name: 'large',
      keyOf: (key) => key,
      fetch: () => Promise.resolve({ readAt: new Date(0), numbers: new Array<number>(100_000).fill(1) }),
      tiers: new CacheTiers({ near, far: undefined, clock, keepMsOf: () => rules.staleMs }),
      leases: NO_LEASES,
      flights: new Flights<Found<Large>>(clock),
      rules,
      refresh: { hasSpare: () => false, timeoutMs: 3000 },
      clock,
      telemetry: NO_TELEMETRY,
    });
    const before = heapBytes();

    const noted: CachedPart[] = [];
    for (let count = 0; count < 30; count += 1) {
      const meter = createMeter();
      const signal = new Stop();
      await read('key', undefined, { signal, deadlineAtMs: () => Infinity, priority: () => 'interactive', meter });
      noted.push(...meter.parts);
      clock.advance(rules.freshMs);
    }

    expect(heapBytes() - before).toBeLessThan(5_000_000);
    expect(noted).toHaveLength(30);
  });
});
