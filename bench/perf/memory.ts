import { introduce } from './addressee.ts';
import { askAll, closedLoop, type LoadResult } from './load.ts';
import { start, PROGRAM_CORE, type Program } from './programs.ts';
import { connectionsFor, median } from './rounds.ts';
import type { Streams } from './workloads.ts';

/** What memory a program takes over many requests. */
export interface Memory {
  readonly load: LoadResult;
  /** The last tenth's median, and what it is above that of the tenth in the middle. */
  readonly endMb: number;
  readonly driftMb: number;
  readonly mostMb: number;
}

const MEGABYTE = 1024 * 1024;
const EVERY_MS = 200;
/** A program's answers do not live forever: the hot ones are asked for anew, as they are by customers. */
const SETTING = { workload: 'mixed', latencyMs: 0 } as const;

/** Runs a mixed load on a fresh process of the program. */
export async function measureMemory(program: Program, streams: Streams, answers: number): Promise<Memory> {
  const running = await start(program, PROGRAM_CORE);
  const addressee = await introduce(program.name, running.url, streams);
  streams.nextRound();
  const stream = streams.stream(SETTING.workload, addressee);
  await askAll(running.url, connectionsFor(SETTING), stream.prime);
  const samples: number[] = [];
  const timer = setInterval(() => {
    samples.push(running.rssBytes() / MEGABYTE);
    running.emptyLog();
  }, EVERY_MS);
  const load = await closedLoop(running.url, connectionsFor(SETTING), { answers }, stream.next);
  clearInterval(timer);
  await running.end();
  const part = (from: number, to: number) =>
    samples.slice(Math.floor(from * samples.length), Math.ceil(to * samples.length));
  const endMb = median(part(0.9, 1));
  return { load, endMb, driftMb: endMb - median(part(0.45, 0.55)), mostMb: Math.max(...samples) };
}
