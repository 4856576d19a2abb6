import { introduce } from './addressee.ts';
import { closedLoop, type LoadResult } from './load.ts';
import { start, type Program } from './programs.ts';
import { connectionsFor, primeWith, sumOf } from './rounds.ts';
import { LIST_IDS, type Streams, type WorkloadName } from './workloads.ts';
import type { Problem } from './operations.ts';

/** How many customers' figures were checked, and what was wrong with them. */
export interface Isolation {
  readonly name: string;
  readonly processes: number;
  readonly figures: number;
  readonly problems: ReadonlyMap<Problem, number>;
}

/** How the customers' figures are spread over the loads. */
const SHARES: readonly (readonly [workload: WorkloadName, share: number, figures: number])[] = [
  ['hits', 0.5, 1],
  ['misses', 0.1, 1],
  ['lists', 0.4, 2 * LIST_IDS],
];

/**
 * Asks a fresh process of a program for so many customers' figures, platform 20 ms away, so that many are under way at once
 * and answers have every chance to be mixed up; checks each of them.
 */
export async function measureIsolation(program: Program, streams: Streams, figures: number): Promise<Isolation> {
  const running = await start(program);
  const addressee = await introduce(program.name, running.url, streams);
  const loads: LoadResult[] = [];
  let checked = 0;
  for (const [workload, share, each] of SHARES) {
    const stream = streams.stream(workload, addressee, streams.newRound());
    const connections = connectionsFor({ workload, latencyMs: 20 });
    await primeWith(running.url, stream.prime, connections);
    const load = await closedLoop(
      running.url,
      connections,
      { answers: Math.ceil((share * figures) / each) },
      stream.next,
    );
    running.emptyLog();
    loads.push(load);
    checked += load.answers * each;
  }
  const processes = running.processes();
  await running.end();
  return { name: program.name, processes, figures: checked, problems: sumOf(loads.map(({ problems }) => problems)) };
}
