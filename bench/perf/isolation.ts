import { introduce } from './addressee.ts';
import { askAll, closedLoop, type LoadResult } from './load.ts';
import type { Problem } from './operations.ts';
import { ALL_CORES, start, type Program } from './programs.ts';
import { connectionsFor, sumOf } from './rounds.ts';
import { figuresOf, type Streams, type WorkloadName } from './workloads.ts';

/** How many customers' figures were given and checked, and what was wrong with the other answers. */
export interface Isolation {
  readonly processes: number;
  readonly figures: number;
  readonly problems: ReadonlyMap<Problem, number>;
}

/** How the customers' figures are spread over the loads. */
const SHARES: readonly (readonly [workload: WorkloadName, share: number])[] = [
  ['hits', 0.5],
  ['misses', 0.1],
  ['lists', 0.4],
];
/** Far enough away that many reads are under way at once, and answers have every chance to be mixed up. */
export const ISOLATION_LATENCY_MS = 20;

/** Asks a fresh process of a program for so many customers' figures, and checks each of them. */
export async function measureIsolation(program: Program, streams: Streams, figures: number): Promise<Isolation> {
  const running = await start(program, ALL_CORES);
  const addressee = await introduce(program.name, running.url, streams);
  const { url } = addressee;
  const loads: LoadResult[] = [];
  let checked = 0;
  streams.nextRound();
  for (const [workload, share] of SHARES) {
    const connections = connectionsFor({ workload, latencyMs: ISOLATION_LATENCY_MS });
    const { prime, next } = streams.stream(workload, addressee);
    await askAll(url, connections, prime);
    const answers = Math.ceil((share * figures) / figuresOf(workload));
    const load = await closedLoop(url, connections, { answers }, next);
    running.emptyLog();
    loads.push(load);
    const wrong = [...load.problems.values()].reduce((sum, count) => sum + count, 0);
    checked += (load.answers - wrong) * figuresOf(workload);
  }
  const processes = running.processes();
  await running.end();
  return { processes, figures: checked, problems: sumOf(loads.map(({ problems }) => problems)) };
}
