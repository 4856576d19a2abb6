import { createRandom } from '../../support/random.ts';
import { longestGapMs, mostInWindow } from '../../support/statistics.ts';
import { percent, type Measurement } from '../../support/table.ts';
import { createSimulatedClock } from './simulatedClock.ts';
import { createSimulatedPlatformSide, readBalance } from './simulatedGateway.ts';
import { createSimulatedPlatform } from './simulatedPlatform.ts';
import { arriveAtRandom, latencies, newIds, travelTimes } from './traffic.ts';

const LIMIT = 100;
const REPLICAS = 3;
const OVERLOAD = 5;
const MINUTE_MS = 60_000;
const BURST = 60;

/**
 * Three replicas without Redis, each with its share of 100 calls a minute, asked for five times as much: at random
 * moments, and every half minute in a burst. All ids are new, so that nothing is answered from a cache.
 */
export async function measureOverload({
  seed,
  minutes,
}: {
  seed: number;
  minutes: number;
}): Promise<readonly Measurement[]> {
  const random = createRandom(seed);
  const clock = createSimulatedClock();
  const platform = createSimulatedPlatform({
    clock,
    random,
    limitPerMinute: LIMIT,
    tokenSeconds: 300,
    travelMs: travelTimes(random),
    latencyMs: latencies(random),
  });
  const replicas = Array.from({ length: REPLICAS }, () =>
    createSimulatedPlatformSide({
      clock,
      transport: platform.transport,
      random,
      requestsPerMinute: LIMIT,
      replicas: REPLICAS,
      freshMs: 15_000,
      staleMs: 600_000,
    }),
  );
  const nextId = newIds();
  const endMs = minutes * MINUTE_MS;
  const ask = () => {
    const replica = replicas[random.below(REPLICAS)];
    if (replica !== undefined) void readBalance(replica, clock, nextId(), { deadlineMs: 3000 });
  };
  arriveAtRandom({ clock, random }, (OVERLOAD * LIMIT) / 60, endMs, ask);
  for (let atMs = 0; atMs < endMs; atMs += MINUTE_MS / 2) {
    clock.after(atMs, () => Array.from({ length: BURST }, ask));
  }
  await clock.runUntil(endMs);

  const most = mostInWindow(arrivalTimes(platform.arrivals), MINUTE_MS);
  const used = platform.arrivals.length / (LIMIT * minutes);
  return [
    {
      target: `Quota safety (simulated ${minutes} min, 3 replicas, no Redis)`,
      required: `<= ${LIMIT} calls in every sliding 60 s, 0 x 429`,
      measured: `at most ${most}, ${platform.refusedForQuota} x 429`,
      isMet: most <= LIMIT && platform.refusedForQuota === 0,
    },
    {
      target: `Quota use (simulated ${minutes} min, 3 replicas, no Redis)`,
      required: '>= 90 % while there is demand',
      measured: percent(used),
      isMet: used >= 0.9,
    },
  ];
}

/** One gateway whose callers and whose refreshes each ask for three times the quota. */
export async function measureFairness({
  seed,
  minutes,
}: {
  seed: number;
  minutes: number;
}): Promise<readonly Measurement[]> {
  const random = createRandom(seed);
  const clock = createSimulatedClock();
  const platform = createSimulatedPlatform({
    clock,
    random,
    limitPerMinute: LIMIT,
    tokenSeconds: 300,
    travelMs: travelTimes(random),
    latencyMs: latencies(random),
  });
  const gateway = createSimulatedPlatformSide({
    clock,
    transport: platform.transport,
    random,
    requestsPerMinute: LIMIT,
    freshMs: 15_000,
    staleMs: 600_000,
  });
  const nextId = newIds();
  const refreshed = new Set<string>();
  const endMs = minutes * MINUTE_MS;
  arriveAtRandom({ clock, random }, (3 * LIMIT) / 60, endMs, () => {
    void readBalance(gateway, clock, nextId(), { deadlineMs: 3000 });
  });
  arriveAtRandom({ clock, random }, (3 * LIMIT) / 60, endMs, () => {
    const id = nextId();
    refreshed.add(id);
    void readBalance(gateway, clock, id, { deadlineMs: 10_000, priority: 'refresh' });
  });
  await clock.runUntil(endMs);

  const reads = platform.arrivals.filter(({ endpoint }) => endpoint !== 'token');
  const refreshes = reads.filter(({ id }) => refreshed.has(id));
  const interactive = reads.filter(({ id }) => !refreshed.has(id));
  const share = interactive.length / reads.length;
  const gapMs = Math.max(
    longestGapMs(arrivalTimes(interactive), 0, endMs),
    longestGapMs(arrivalTimes(refreshes), 0, endMs),
  );
  return [
    {
      target: `Fairness (simulated ${minutes} min, both classes at 3 x the quota)`,
      required: 'interactive >= 80 %, nobody starves > 60 s',
      measured: `interactive ${percent(share)}, longest wait ${(gapMs / 1000).toFixed(1)} s`,
      isMet: share >= 0.8 && gapMs <= MINUTE_MS,
    },
  ];
}

function arrivalTimes(calls: readonly { readonly arrivedAtMs: number }[]): number[] {
  return calls.map(({ arrivedAtMs }) => arrivedAtMs);
}
