import type { Measurement } from '../support/table.ts';
import { introduce } from './addressee.ts';
import { askAll, closedLoop, type LoadResult } from './load.ts';
import type { Bench } from './parts.ts';
import { describeProblems } from './problems.ts';
import { gateway, type Program, PROGRAM_CORE, start } from './programs.ts';
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
/** Hits and misses: what is remembered fills up, and is let go again. */
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

const MEMORY_MB = 200;
/** Above the middle of the run: what the garbage collector leaves lying is not always the same. */
const DRIFT_MB = 10;
const JUDGED_ANSWERS = 1_000_000;

/** With got, the default. */
export async function judgeMemory({ surroundings, streams, size, say }: Bench): Promise<readonly Measurement[]> {
  const program = gateway('got', surroundings);
  const { load, endMb, driftMb, mostMb } = await measureMemory(program, streams, size.memoryAnswers);
  const measured =
    `${endMb.toFixed(0)} MB, ${driftMb.toFixed(1)} MB above the middle, ${mostMb.toFixed(0)} MB at most; ` +
    describeProblems(load.problems);
  say(`Memory: ${measured}`);
  return [
    {
      target: `Memory (RSS) after ${size.memoryAnswers} mixed requests: ${program.name}`,
      required: `< ${MEMORY_MB} MB, flat within ${DRIFT_MB} MB`,
      measured,
      // In fewer requests the heap is still finding its size: shown, not judged.
      isMet:
        load.answers < JUDGED_ANSWERS ? null : endMb < MEMORY_MB && driftMb <= DRIFT_MB && load.problems.size === 0,
    },
  ];
}
