import type { Measurement } from '../../support/table.ts';
import { createFailingWorld, isRefusedByBreaker, READS_PER_SECOND, type FailingWorld } from './failingWorld.ts';

const MIN_CALLS = 20;
/** Calls already under way when the last failure that was needed comes back. */
const UNDER_WAY = 5;
/** Longer than the breaker looks back. */
const HEALTHY_SECONDS = 30;
const ILL_SECONDS = 120;

/** When the breaker opens, when it must not, how it probes while the platform is down, and when it lets all through again. */
export async function measureBreaker(options: {
  readonly seed: number;
  readonly seconds: number;
}): Promise<readonly Measurement[]> {
  return [
    await measureColdOpening(options.seed),
    await measureWarmOpening(options.seed),
    await measureStayingClosed(options.seed),
    ...(await measureOpen(options)),
  ];
}

async function measureColdOpening(seed: number): Promise<Measurement> {
  const world = createFailingWorld(seed);
  await world.run(20, () => (world.random.chance(0.6) ? 'fail' : 'answer'));
  const openedMs = openedAtMs(world);
  const calls = world.callsSince(0).filter(({ arrivedAtMs }) => arrivedAtMs < openedMs).length;
  return {
    target: `Breaker opens (simulated at ${READS_PER_SECOND}/s, 60 % fail from the start)`,
    required: '<= 1 s or 20 calls after 50 % failure',
    measured: `after ${seconds(openedMs)}, ${calls} calls`,
    isMet: calls <= MIN_CALLS + UNDER_WAY || openedMs <= 1000,
  };
}

/** A platform that was well for long: that must not speak for it once it is not. */
async function measureWarmOpening(seed: number): Promise<Measurement> {
  const world = createFailingWorld(seed);
  await world.run(HEALTHY_SECONDS, () => 'answer');
  const illFromMs = world.clock.monotonicMs();
  await world.run(15, () => 'fail');
  const firstMs = world.callsSince(illFromMs).find(({ behaviour }) => behaviour === 'fail')?.arrivedAtMs ?? NaN;
  const tookMs = openedAtMs(world) - firstMs;
  return {
    target: `Breaker opens (simulated at ${READS_PER_SECOND}/s, all fail after ${HEALTHY_SECONDS} s of health)`,
    required: '<= 1 s after the first failure',
    measured: `after ${seconds(tookMs)}`,
    isMet: tookMs <= 1000,
  };
}

/** A platform that still answers most calls: who is refused by the breaker would mostly have been served. */
async function measureStayingClosed(seed: number): Promise<Measurement> {
  const world = createFailingWorld(seed);
  await world.run(HEALTHY_SECONDS, () => 'answer');
  const before = world.reads.length;
  await world.run(ILL_SECONDS, () => (world.random.chance(0.4) ? 'fail' : 'answer'));
  const reads = world.reads.slice(before);
  const refused = reads.filter(isRefusedByBreaker).length;
  return {
    target: `Breaker stays closed (simulated ${ILL_SECONDS} s at ${READS_PER_SECOND}/s, 40 % fail)`,
    required: '0 reads refused by it',
    measured: `${refused} of ${reads.length}`,
    isMet: refused === 0 && reads.length > 0,
  };
}

async function measureOpen({ seed, seconds: downSeconds }: { seed: number; seconds: number }): Promise<Measurement[]> {
  const world = createFailingWorld(seed);
  await world.run(downSeconds, () => 'fail');
  const openedMs = openedAtMs(world);
  const probes = world.callsSince(openedMs).map(({ arrivedAtMs }) => arrivedAtMs);
  const closestMs = Math.min(...probes.slice(1).map((atMs, index) => atMs - (probes[index] ?? 0)));
  const backAtMs = world.clock.monotonicMs();
  await world.run(20, () => 'answer');
  const closedAfterMs = (world.reads.findLast(isRefusedByBreaker)?.endedAtMs ?? backAtMs) - backAtMs;
  return [
    {
      target: `Breaker probes (simulated ${downSeconds} s down)`,
      required: '<= 1 probe per 5 s',
      measured: `${probes.length} probes, at least ${seconds(closestMs)} apart`,
      isMet: probes.length > 1 && closestMs >= 5000,
    },
    {
      target: 'Breaker closes (simulated)',
      required: '<= 10 s after recovery',
      measured: `after ${seconds(closedAfterMs)}`,
      isMet: openedMs < backAtMs && closedAfterMs <= 10_000,
    },
  ];
}

function openedAtMs({ reads }: FailingWorld): number {
  return reads.find(isRefusedByBreaker)?.endedAtMs ?? Infinity;
}

function seconds(ms: number): string {
  return Number.isFinite(ms) ? `${(ms / 1000).toFixed(2)} s` : 'no time: it never did';
}
