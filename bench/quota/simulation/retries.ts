import { percent, type Measurement } from '../../support/table.ts';
import { createFailingWorld, isRefusedByBreaker, READS_PER_SECOND } from './failingWorld.ts';

/** What the retry budget allows: a tenth of the reads, and one retry a second besides. */
const ALLOWED = 1.1 + 1 / READS_PER_SECOND;
/** How many reads come in so many seconds is chance. */
const CHANCE = 0.02;

/** Enough to spend the budget, and too few to open the breaker. */
const FAILING = 0.2;

/** What was seen of reads while some calls failed. */
interface Retried {
  readonly callsPerRead: number;
  /** Reads that an open breaker refused: these make no call at all, and would flatter the figure. */
  readonly refused: number;
}

/** Calls a read when every call fails, where the breaker spares the platform; and when some do, where the budget does. */
export async function measureRetries(options: {
  readonly seed: number;
  readonly seconds: number;
}): Promise<readonly Measurement[]> {
  const [all, some] = [await retry(options, 1), await retry(options, FAILING)];
  const how = `simulated ${options.seconds} s at ${READS_PER_SECOND}/s`;
  return [
    {
      target: `Retry amplification (${how}, all calls fail: the breaker is open)`,
      required: '<= 1.10 calls a read',
      measured: all.callsPerRead.toFixed(3),
      isMet: all.callsPerRead <= 1.1 && all.refused > 0,
    },
    {
      target: `Retry budget (${how}, ${percent(FAILING)} fail: the breaker stays closed)`,
      required: `<= ${ALLOWED.toFixed(2)} calls a read: 10 % and 1 a second`,
      measured: `${some.callsPerRead.toFixed(3)}, ${some.refused} reads refused by the breaker`,
      isMet: some.callsPerRead <= ALLOWED + CHANCE && some.refused === 0,
    },
  ];
}

async function retry({ seed, seconds }: { seed: number; seconds: number }, failing: number): Promise<Retried> {
  const world = createFailingWorld(seed);
  const behaviour = () => (world.random.chance(failing) ? 'fail' : 'answer');
  await world.run(10, () => 'answer');
  await world.run(10, behaviour); // Until it is steady: the budget looks back so far.
  const fromMs = world.clock.monotonicMs();
  const readsBefore = world.reads.length;
  await world.run(seconds, behaviour);
  const reads = world.reads.slice(readsBefore);
  return {
    callsPerRead: world.callsSince(fromMs).length / reads.length,
    refused: reads.filter(isRefusedByBreaker).length,
  };
}
