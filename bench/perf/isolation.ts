import type { Measurement } from '../support/table.ts';
import { introduce } from './addressee.ts';
import { askAll, closedLoop, type LoadResult } from './load.ts';
import type { Bench } from './parts.ts';
import { describeProblems, type Problems, sumOf } from './problems.ts';
import { ALL_CORES, gateway, type Program, start } from './programs.ts';
import { connectionsFor } from './rounds.ts';
import { figuresOf, type Streams, type WorkloadName } from './workloads.ts';

/** How many customers' figures were given and checked, and what was wrong with the other answers. */
export interface Isolation {
  readonly processes: number;
  readonly figures: number;
  readonly problems: Problems;
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

/** Of the customers' figures that are asked for to see whether any are mixed up. */
const ENOUGH = 0.99;

/** Both clients, one worker and two. */
export async function judgeIsolation(bench: Bench): Promise<readonly Measurement[]> {
  const { surroundings, streams, size, platform, say } = bench;
  await platform.setLatency(ISOLATION_LATENCY_MS);
  const asked = size.isolationAnswers / 4;
  const runs = (['got', 'undici'] as const).flatMap((client) => ['1', '2'].map((workers) => ({ client, workers })));
  const measurements: Measurement[] = [];
  for (const { client, workers } of runs) {
    const program = gateway(client, surroundings, { WORKERS: workers });
    const { processes, figures, problems } = await measureIsolation(program, streams, asked);
    // On a machine that is too busy some reads run into their deadline: that mixes nobody up, and is seen.
    const isMet = !problems.has('mixed up') && figures >= ENOUGH * asked;
    const measured = `${figures} right, ${describeProblems(problems)} (${processes} process${processes === 1 ? '' : 'es'})`;
    say(`Mixed up: ${program.name}, WORKERS=${workers}: ${measured}`);
    measurements.push({
      target: `Mixed-up customers, hits, misses and lists: ${program.name}, WORKERS=${workers}`,
      required: '0',
      // Before there was WORKERS one process answered whatever it said.
      measured: workers === '2' && processes === 1 ? `${measured}: no workers in this build` : measured,
      isMet: isMet ? (workers === '2' && processes === 1 ? null : true) : false,
    });
  }
  return measurements;
}
