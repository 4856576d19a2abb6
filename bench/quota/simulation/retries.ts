import type { Measurement } from '../../support/table.ts';
import { createFailingWorld, READS_PER_SECOND } from './failingWorld.ts';

/** What the retry budget allows: a tenth of the reads, and one retry a second besides. */
const ALLOWED = 1.1 + 1 / READS_PER_SECOND;
/** How many reads come in so many seconds is chance. */
const CHANCE = 0.02;

/** Calls a read when every call fails, and when so many fail that the breaker just does not open. */
export async function measureRetries(options: {
  readonly seed: number;
  readonly seconds: number;
}): Promise<readonly Measurement[]> {
  const [all, some] = [await callsPerRead(options, 1), await callsPerRead(options, 0.4)];
  const how = `simulated ${options.seconds} s at ${READS_PER_SECOND}/s`;
  return [
    {
      target: `Retry amplification (${how}, all calls fail)`,
      required: '<= 1.10 calls a read',
      measured: all.toFixed(3),
      isMet: all <= 1.1,
    },
    {
      target: `Retry amplification (${how}, 40 % fail: the breaker stays closed)`,
      required: `<= ${ALLOWED.toFixed(2)}: 10 % and 1 a second`,
      measured: some.toFixed(3),
      isMet: some <= ALLOWED + CHANCE,
    },
  ];
}

async function callsPerRead({ seed, seconds }: { seed: number; seconds: number }, failing: number): Promise<number> {
  const world = createFailingWorld(seed);
  const behaviour = () => (world.random.chance(failing) ? 'fail' : 'answer');
  await world.run(10, () => 'answer');
  await world.run(10, behaviour); // Until it is steady: the budget looks back so far.
  const fromMs = world.clock.monotonicMs();
  const readsBefore = world.reads.length;
  await world.run(seconds, behaviour);
  return world.callsSince(fromMs).length / (world.reads.length - readsBefore);
}
