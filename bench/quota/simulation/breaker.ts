import { percent, type Measurement } from '../../support/table.ts';
import { createFailingWorld, READS_PER_SECOND, type EndedRead, type FailingWorld } from './failingWorld.ts';

const WINDOW_MS = 10_000;
const MIN_CALLS = 20;
/** Calls already under way when the last failure that was needed comes back. */
const UNDER_WAY = 5;

/** When the breaker opens, how it probes while the platform is down, and when it lets all through again. */
export async function measureBreaker(options: {
  readonly seed: number;
  readonly seconds: number;
}): Promise<readonly Measurement[]> {
  return [
    await measureColdOpening(options.seed),
    await measureWarmOpening(options.seed),
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

/** A platform that was well until now: half of the breaker's window has to fail first. */
async function measureWarmOpening(seed: number): Promise<Measurement> {
  const world = createFailingWorld(seed);
  await world.run(30, () => 'answer');
  const illFromMs = world.clock.monotonicMs();
  await world.run(15, () => 'fail');
  const openedMs = openedAtMs(world);
  const calls = world.callsSince(openedMs - WINDOW_MS).filter(({ arrivedAtMs }) => arrivedAtMs < openedMs);
  const share = calls.filter(({ behaviour }) => behaviour === 'fail').length / calls.length;
  return {
    target: `Breaker opens (simulated at ${READS_PER_SECOND}/s, all fail after 30 s of health)`,
    required: '<= 1 s after 50 % of its window failed',
    measured: `after ${seconds(openedMs - illFromMs)}, when ${percent(share)} had`,
    // At a steady rate half of a window has failed after half of its time.
    isMet: openedMs - illFromMs <= WINDOW_MS / 2 + 1000,
  };
}

async function measureOpen({ seed, seconds: downSeconds }: { seed: number; seconds: number }): Promise<Measurement[]> {
  const world = createFailingWorld(seed);
  await world.run(downSeconds, () => 'fail');
  const probes = world.callsSince(openedAtMs(world)).map(({ arrivedAtMs }) => arrivedAtMs);
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
      isMet: closedAfterMs <= 10_000,
    },
  ];
}

function openedAtMs({ reads }: FailingWorld): number {
  return reads.find(isRefusedByBreaker)?.endedAtMs ?? Infinity;
}

function isRefusedByBreaker(read: EndedRead): boolean {
  return read.kind === 'failed' && read.detail === 'breaker open';
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
