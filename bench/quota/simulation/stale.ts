import { createRandom } from '../../support/random.ts';
import { percent, type Measurement } from '../../support/table.ts';
import { createSimulatedClock } from './simulatedClock.ts';
import { createSimulatedPlatformSide, readBalance, type ReadOutcome } from './simulatedGateway.ts';
import { createSimulatedPlatform } from './simulatedPlatform.ts';
import { newIds } from './traffic.ts';

const STALE_SECONDS = 600;
/** When all keys are read again, in seconds after the first was read: from just stale to just before its end. */
const ROUNDS = [30, 200, 400, 590];
/** Read side by side: the gate lets 200 wait. */
const BATCH = 100;
const BATCH_MS = 500;

/** Reads many keys, then has the platform gone for as long as answers keep, and longer. */
export async function measureStale({ seed, keys }: { seed: number; keys: number }): Promise<readonly Measurement[]> {
  const random = createRandom(seed);
  const clock = createSimulatedClock();
  const platform = createSimulatedPlatform({
    clock,
    random,
    limitPerMinute: Infinity,
    tokenSeconds: 3600,
    travelMs: () => 1,
    latencyMs: () => 10 + random.below(20),
  });
  const gateway = createSimulatedPlatformSide({
    clock,
    transport: platform.transport,
    random,
    requestsPerMinute: 1_000_000,
    freshMs: 15_000,
    staleMs: STALE_SECONDS * 1000,
  });
  const nextId = newIds();
  const ids = Array.from({ length: keys }, nextId);

  async function readAll(of: readonly string[]): Promise<readonly ReadOutcome[]> {
    const outcomes: ReadOutcome[] = [];
    for (let from = 0; from < of.length; from += BATCH) {
      for (const id of of.slice(from, from + BATCH)) {
        void readBalance(gateway, clock, id, { deadlineMs: 3000 }).then((outcome) => outcomes.push(outcome));
      }
      await clock.runUntil(clock.monotonicMs() + BATCH_MS);
    }
    return outcomes;
  }

  const primed = (await readAll(ids)).filter(({ kind }) => kind === 'answered').length;
  const allReadMs = clock.monotonicMs();
  platform.behave(() => 'unreachable');
  const answers: ReadOutcome[] = [];
  for (const second of ROUNDS) {
    await clock.runUntil(second * 1000);
    answers.push(...(await readAll(ids)));
  }
  const misses = (await readAll(Array.from({ length: keys }, nextId))).filter(({ calls }) => calls === 0);
  await clock.runUntil(allReadMs + STALE_SECONDS * 1000);
  const pastTime = (await readAll(ids)).filter(({ kind }) => kind === 'answered').length;

  const stale = answers.filter((outcome) => outcome.kind === 'answered' && outcome.isStale).length;
  const slowestMs = Math.max(...misses.map(({ tookMs }) => tookMs));
  return [
    {
      target: `Stale-if-error (simulated, ${keys} keys, platform gone for ${STALE_SECONDS} s)`,
      required: '100 % answered, marked stale; none past its time',
      measured: `${percent(stale / answers.length)} of ${answers.length} reads; ${pastTime} past their time`,
      isMet: primed === keys && stale === ROUNDS.length * keys && pastTime === 0,
    },
    {
      target: `Misses while the breaker is open (simulated, ${misses.length} reads)`,
      required: '<= 50 ms',
      measured: `at most ${slowestMs} ms`,
      isMet: misses.length > 0 && slowestMs <= 50,
    },
  ];
}
