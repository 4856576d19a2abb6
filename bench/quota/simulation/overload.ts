import { createRandom, type Random } from '../../support/random.ts';
import { longestGapMs, mostInWindow } from '../../support/statistics.ts';
import { percent, type Measurement } from '../../support/table.ts';
import { createSimulatedClock } from './simulatedClock.ts';
import { createSimulatedPlatformSide, readBalance } from './simulatedGateway.ts';
import { createSimulatedPlatform, type Behaviour } from './simulatedPlatform.ts';
import { arriveAtRandom, latencies, newIds, travelTimes } from './traffic.ts';

const LIMIT = 100;
const REPLICAS = 3;
const OVERLOAD = 5;
const MINUTE_MS = 60_000;
const BURST = 60;
/** So few that the breaker stays closed. */
const FAULTY_SHARE = 0.2;
const FAULTS: readonly [Behaviour, ...Behaviour[]] = [
  'fail',
  ...(['deny', 'reset', 'unreachable', 'stall', 'malformed', 'empty', 'other customer'] as const),
];

/** What a load has come to. */
interface Spent {
  /** Calls in the fullest minute of the platform. */
  readonly most: number;
  readonly refused: number;
  /** Of the quota. */
  readonly usedShare: number;
  /** Of the reads that the platform was asked for. */
  readonly answeredShare: number;
}

export interface OverloadOptions {
  readonly seed: number;
  readonly minutes: number;
}

/** Three replicas without Redis, each with its share of 100 calls a minute, asked for five times as much. */
export async function measureOverload(options: OverloadOptions): Promise<readonly Measurement[]> {
  const { most, refused, usedShare, answeredShare } = await overload(options, () => 'answer');
  const how = `simulated ${options.minutes} min, 3 replicas, no Redis`;
  return [
    {
      target: `Quota safety (${how})`,
      required: `<= ${LIMIT} calls in every sliding 60 s, 0 x 429`,
      measured: `at most ${most}, ${refused} x 429`,
      isMet: most <= LIMIT && refused === 0,
    },
    {
      target: `Quota use (${how})`,
      required: '>= 90 % while there is demand',
      measured: `${percent(usedShare)}; ${percent(answeredShare)} of the reads reached somebody`,
      isMet: usedShare >= 0.9,
    },
  ];
}

/** The same, with a platform that fails one call in five, in every way there is; some are tried again. */
export async function measureOverloadUnderFaults(options: OverloadOptions): Promise<readonly Measurement[]> {
  const { most, refused, answeredShare } = await overload(options, (random) =>
    random.chance(FAULTY_SHARE) ? random.pick(FAULTS) : 'answer',
  );
  return [
    {
      target: `Quota safety (simulated ${options.minutes} min, 3 replicas, no Redis, ${percent(FAULTY_SHARE)} of calls fail)`,
      required: `<= ${LIMIT} calls in every sliding 60 s, 0 x 429; nearly so many in one`,
      measured: `at most ${most}, ${refused} x 429; ${percent(answeredShare)} of the reads reached somebody`,
      // A load that never comes near the quota proves nothing.
      isMet: most <= LIMIT && refused === 0 && most >= 0.9 * LIMIT,
    },
  ];
}

/** Asks at random moments, and every half minute in a burst. All ids are new, so that nothing is answered from a cache. */
async function overload({ seed, minutes }: OverloadOptions, behave: (random: Random) => Behaviour): Promise<Spent> {
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
  platform.behave(({ endpoint }) => (endpoint === 'token' ? 'answer' : behave(random)));
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
  let answered = 0;
  const ask = () => {
    const replica = replicas[random.below(REPLICAS)];
    if (replica === undefined) return;
    void readBalance(replica, clock, nextId(), { deadlineMs: 3000 }).then(({ kind }) => {
      if (kind === 'answered') answered += 1;
    });
  };
  arriveAtRandom({ clock, random }, (OVERLOAD * LIMIT) / 60, endMs, ask);
  for (let atMs = 0; atMs < endMs; atMs += MINUTE_MS / 2) {
    clock.after(atMs, () => Array.from({ length: BURST }, ask));
  }
  await clock.runUntil(endMs);

  const most = mostInWindow(arrivalTimes(platform.arrivals), MINUTE_MS);
  const reads = platform.arrivals.filter(({ endpoint }) => endpoint !== 'token').length;
  return {
    most,
    refused: platform.refusedForQuota,
    usedShare: platform.arrivals.length / (LIMIT * minutes),
    answeredShare: answered / reads,
  };
}

/** One gateway whose callers and whose refreshes each ask for three times the quota. */
export async function measureFairness({ seed, minutes }: OverloadOptions): Promise<readonly Measurement[]> {
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
