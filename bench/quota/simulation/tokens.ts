import { createRandom } from '../../support/random.ts';
import type { Measurement } from '../../support/table.ts';
import { createSimulatedClock } from './simulatedClock.ts';
import { createSimulatedPlatformSide, readBalance, type ReadOutcome } from './simulatedGateway.ts';
import { createSimulatedPlatform } from './simulatedPlatform.ts';
import { arriveAtRandom, newIds } from './traffic.ts';

const READS_PER_SECOND = 20;

/** Tokens that grow old, and tokens that the platform takes back while calls are under way with them. */
export async function measureTokens(options: { seed: number; rotations: number }): Promise<readonly Measurement[]> {
  return [await measureExpiry(options), await measureRevocation(options)];
}

function startReading(seed: number, tokenSeconds: number) {
  const random = createRandom(seed);
  const clock = createSimulatedClock();
  const platform = createSimulatedPlatform({
    clock,
    random,
    limitPerMinute: Infinity,
    tokenSeconds,
    travelMs: () => 1 + random.below(20),
    latencyMs: () => 20 + random.below(200),
  });
  const gateway = createSimulatedPlatformSide({
    clock,
    transport: platform.transport,
    random,
    requestsPerMinute: 1_000_000,
    freshMs: 0,
    staleMs: 0,
  });
  const nextId = newIds();
  const reads: ReadOutcome[] = [];
  const read = () =>
    void readBalance(gateway, clock, nextId(), { deadlineMs: 3000 }).then((outcome) => reads.push(outcome));
  const errors = () => reads.filter(({ kind }) => kind === 'failed').length;
  return { random, clock, platform, reads, read, errors };
}

/** Renewed at 80 % of its life, in the background, once. */
async function measureExpiry({ seed, rotations }: { seed: number; rotations: number }): Promise<Measurement> {
  const tokenSeconds = 10;
  const renewedAfterMs = 0.8 * tokenSeconds * 1000;
  const world = startReading(seed, tokenSeconds);
  const { clock, random, platform, reads } = world;
  const endMs = rotations * 1.05 * renewedAfterMs;
  arriveAtRandom({ clock, random }, READS_PER_SECOND, endMs, world.read);
  await clock.runUntil(endMs + 3000);

  const calls = platform.arrivals.filter(({ endpoint }) => endpoint === 'token');
  const early = calls.filter(
    ({ arrivedAtMs }, index) => index > 0 && arrivedAtMs - (calls[index - 1]?.arrivedAtMs ?? 0) < renewedAfterMs,
  );
  return {
    target: `Token expiry (simulated, ${calls.length - 1} rotations, ${reads.length} reads)`,
    required: '0 auth errors, 1 token call per rotation',
    measured: `${world.errors()} errors, ${early.length} calls too many`,
    isMet: world.errors() === 0 && early.length === 0 && calls.length > rotations,
  };
}

/** Taken back while a hundred reads are on their way: all of them are refused together. */
async function measureRevocation({ seed, rotations }: { seed: number; rotations: number }): Promise<Measurement> {
  const together = 100;
  const world = startReading(seed, 3600);
  const { clock, random, platform, reads } = world;
  world.read(); // So that there is a token to take back.
  await clock.runUntil(3000);
  for (let rotation = 0; rotation < rotations; rotation += 1) {
    for (let each = 0; each < together; each += 1) world.read();
    await clock.runUntil(clock.monotonicMs() + random.below(200));
    platform.revokeTokens();
    await clock.runUntil(clock.monotonicMs() + 3000);
  }
  // The last one is only seen by who reads once more.
  world.read();
  await clock.runUntil(clock.monotonicMs() + 3000);

  const calls = platform.arrivals.filter(({ endpoint }) => endpoint === 'token').length;
  return {
    target: `Token revoked (simulated, ${rotations} times under ${together} reads)`,
    required: '0 auth errors, 1 token call per rotation',
    measured: `${world.errors()} of ${reads.length} failed, ${calls - 1} calls`,
    isMet: world.errors() === 0 && calls - 1 === rotations,
  };
}
