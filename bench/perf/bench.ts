import { createRandom } from '../support/random.ts';
import type { Measurement } from '../support/table.ts';
import { introduce } from './addressee.ts';
import { measureColdStart } from './coldStart.ts';
import { ISOLATION_LATENCY_MS, measureIsolation } from './isolation.ts';
import { startIssuer } from './issuer.ts';
import { measureMemory } from './memory.ts';
import { startPlatform, type Platform } from './platform.ts';
import { BENCH_CORE, gateway, peer, pin, PROGRAM_CORE, start, type Program, type Surroundings } from './programs.ts';
import { describeProblems } from './report.ts';
import { measureSetting, sumOf, type Contender, type Figure } from './rounds.ts';
import type { Size } from './size.ts';
import { measureSteadyHits } from './steady.ts';
import { judgeMissLatency, judgeRatios, NAMES } from './targets.ts';
import { createStreams, WORKLOADS, type Streams, type WorkloadName } from './workloads.ts';

/** What can be measured. */
export const PARTS = ['rounds', 'start', 'memory', 'isolation'] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  readonly dist: string;
  readonly size: Size;
  readonly workloads: readonly WorkloadName[];
  readonly latenciesMs: readonly number[];
  readonly parts: readonly Part[];
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** What came of it. */
export interface Results {
  readonly figures: readonly Figure[];
  readonly measurements: readonly Measurement[];
}

/** What all parts share. */
interface Bench extends BenchOptions {
  readonly platform: Platform;
  readonly surroundings: Surroundings;
  readonly streams: Streams;
}

const COLD_START_MS = 700;
const MEMORY_MB = 200;
/** Above the middle of the run: what the garbage collector leaves lying is not always the same. */
const DRIFT_MB = 10;
const JUDGED_ANSWERS = 1_000_000;
const HIT_P99_MS = 5;
/** Of the customers' figures that are asked for to see whether any are mixed up. */
const ENOUGH = 0.99;

/** Measures all parts that are asked for, one after the other. */
export async function measureAll(options: BenchOptions): Promise<Results> {
  pin(BENCH_CORE);
  const issuer = await startIssuer();
  const platform = await startPlatform();
  const streams = createStreams(issuer, createRandom(options.seed));
  const surroundings = { platformUrl: platform.url, dist: options.dist, issuerEnv: issuer.env };
  const bench = { ...options, platform, surroundings, streams };
  const isAsked = (part: Part) => options.parts.includes(part);

  const rounds = isAsked('rounds') ? await measureRounds(bench) : { figures: [], measurements: [] };
  await platform.setLatency(0);
  const measurements = [
    ...rounds.measurements,
    ...(isAsked('start') ? await judgeColdStart(bench) : []),
    ...(isAsked('memory') ? await judgeMemory(bench) : []),
    ...(isAsked('isolation') ? await judgeIsolation(bench) : []),
  ];
  issuer.close();
  platform.kill('SIGKILL');
  await platform.ended;
  return { figures: rounds.figures, measurements };
}

/** All programs, and the loads that say something about each. */
function programsOf(surroundings: Surroundings): readonly (readonly [Program, readonly WorkloadName[]])[] {
  return [
    [gateway('got', surroundings), WORKLOADS],
    [gateway('undici', surroundings), WORKLOADS],
    [peer(NAMES.datasourceRest, 'apolloDatasourceRest.js', surroundings), WORKLOADS],
    [peer(NAMES.dataloaderGot, 'apolloDataloaderGot.js', surroundings), WORKLOADS],
    [peer(NAMES.mercurius, 'mercurius.js', surroundings), WORKLOADS],
    [peer(NAMES.mercuriusCache, 'mercurius.js', surroundings, 'cached'), ['hits', 'mixed']],
    [peer(NAMES.proxy, 'plainProxy.js', surroundings), WORKLOADS],
  ];
}

async function measureRounds(bench: Bench): Promise<Results> {
  const { surroundings, streams, workloads, latenciesMs, platform, say } = bench;
  const contenders: Contender[] = [];
  for (const [program, its] of programsOf(surroundings)) {
    const running = await start(program, PROGRAM_CORE);
    const addressee = await introduce(program.name, running.url, streams);
    contenders.push({ name: program.name, running, addressee, workloads: its });
  }
  say('All programs give the same answers, value by value.\n');
  const figures: Figure[] = [];
  for (const latencyMs of latenciesMs) {
    await platform.setLatency(latencyMs);
    for (const workload of workloads) {
      const measured = await measureSetting({ workload, latencyMs }, contenders, bench);
      figures.push(...measured);
      for (const { program, cpuSecondsPer1000, perSecond, p99Ms, calls, problems } of measured)
        say(
          `${workload}, ${latencyMs} ms: ${program}: ${cpuSecondsPer1000.toFixed(4)} CPU s per 1,000, ` +
            `${Math.round(perSecond)}/s, p99 ${p99Ms.toFixed(1)} ms, ${calls.toFixed(2)} calls, ${describeProblems(problems)}`,
        );
    }
  }
  await platform.setLatency(0);
  const measurements = [
    ...judgeRatios(figures, latenciesMs),
    ...(await judgeHitLatency(bench, contenders, figures)),
    ...judgeMissLatency(figures),
    judgeAnswers(figures),
  ];
  await Promise.all(contenders.map(({ running }) => running.end()));
  return { figures, measurements };
}

async function judgeHitLatency(
  { streams, size }: Bench,
  contenders: readonly Contender[],
  figures: readonly Figure[],
): Promise<readonly Measurement[]> {
  const ours = contenders.find(({ name }) => name === NAMES.got);
  const saturated = figures.find(({ workload, program }) => workload === 'hits' && program === NAMES.got);
  if (ours === undefined || saturated === undefined) return [];
  const perSecond = Math.round(saturated.perSecond / 2);
  const { p50Ms, p99Ms, load } = await measureSteadyHits(ours, streams, { perSecond, seconds: size.steadySeconds });
  return [
    {
      target: `p99 of a hit at half of saturation (${perSecond}/s for ${size.steadySeconds} s)`,
      required: `< ${HIT_P99_MS} ms`,
      measured: `${p99Ms.toFixed(2)} ms (median ${p50Ms.toFixed(2)} ms), ${describeProblems(load.problems)}`,
      isMet: p99Ms < HIT_P99_MS && load.problems.size === 0,
    },
  ];
}

/** A figure of a program that answers wrongly, or not, is worth nothing. */
function judgeAnswers(figures: readonly Figure[]): Measurement {
  const answers = figures.reduce((sum, each) => sum + each.answers, 0);
  const problems = sumOf(figures.map((each) => each.problems));
  return {
    target: 'Wrong answers in the rounds, all programs',
    required: '0',
    measured: `${describeProblems(problems)} in ${answers} answers`,
    isMet: problems.size === 0,
  };
}

async function judgeColdStart({ surroundings, streams, size, say }: Bench): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  for (const [program] of programsOf(surroundings)) {
    const tookMs = await measureColdStart(program, streams, size.coldStarts);
    say(`First answer: ${program.name}: ${Math.round(tookMs)} ms`);
    const isOurs = program.name.startsWith('loyalty-graph');
    measurements.push({
      target: `From node to the first answer: ${program.name}`,
      required: isOurs ? `< ${COLD_START_MS} ms` : 'shown',
      measured: `${Math.round(tookMs)} ms`,
      isMet: isOurs ? tookMs < COLD_START_MS : null,
    });
  }
  return measurements;
}

async function judgeMemory({ surroundings, streams, size, say }: Bench): Promise<readonly Measurement[]> {
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

/** Both clients, one worker and two. */
async function judgeIsolation(bench: Bench): Promise<readonly Measurement[]> {
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
