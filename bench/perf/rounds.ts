import { quantile } from '../support/statistics.ts';
import { askAll, closedLoop, type LoadResult, type Until } from './load.ts';
import type { Platform } from './platform.ts';
import { type Problems, sumOf } from './problems.ts';
import type { RunningProgram } from './programs.ts';
import type { Size } from './size.ts';
import { type Addressee, figuresOf, type Streams, type WorkloadName } from './workloads.ts';

/** A program that is ready to be timed. */
export interface Contender {
  readonly name: string;
  readonly running: RunningProgram;
  readonly addressee: Addressee;
  /** The loads that say something about it. */
  readonly workloads: readonly WorkloadName[];
}

/** A load, and how far away the platform is in it. */
export interface Setting {
  readonly workload: WorkloadName;
  readonly latencyMs: number;
}

/** What was measured of one program in one setting: medians of its rounds. */
export interface Figure extends Setting {
  readonly program: string;
  readonly cpuSecondsPer1000: number;
  readonly perSecond: number;
  readonly p99Ms: number;
  /** Of the platform, for one request. */
  readonly calls: number;
  /** Over all rounds. */
  readonly answers: number;
  readonly problems: Problems;
}

/** What all rounds share. */
interface Measuring {
  readonly streams: Streams;
  readonly platform: Platform;
  readonly size: Size;
}

/** As many as keep a program busy while the platform takes its time; lists ask for 25 reads at once each. */
export function connectionsFor({ workload, latencyMs }: Setting): number {
  if (workload === 'lists') return latencyMs === 0 ? 8 : 16;
  return latencyMs === 0 || workload === 'hits' ? 64 : 256;
}

interface Round {
  readonly cpuSecondsPer1000: number;
  readonly calls: number;
  readonly load: LoadResult;
}

/** Times all programs in one setting, by turns, so that a noisy neighbour hits all of them alike. */
export async function measureSetting(
  setting: Setting,
  contenders: readonly Contender[],
  { streams, platform, size }: Measuring,
): Promise<readonly Figure[]> {
  const timed = contenders.filter(({ workloads }) => workloads.includes(setting.workload));
  const rounds = new Map<Contender, Round[]>(timed.map((contender) => [contender, []]));
  const warmAnswers = size.warmFigures / figuresOf(setting.workload);
  const time = (contender: Contender, until: Until) => timeOne(contender, setting, until, { streams, platform, size });
  for (const contender of timed) await time(contender, { answers: warmAnswers });
  for (let round = 0; round < size.rounds; round += 1) {
    streams.nextRound();
    for (const contender of turned(timed, round))
      rounds.get(contender)?.push(await time(contender, { seconds: size.roundSeconds }));
  }
  return [...rounds].map(([{ name }, its]) => figureOf(setting, name, its));
}

async function timeOne(
  { running, addressee: { url }, addressee }: Contender,
  setting: Setting,
  until: Until,
  { streams, platform, size: { settleSeconds } }: Measuring,
): Promise<Round> {
  const connections = connectionsFor(setting);
  const { prime, next } = streams.stream(setting.workload, addressee);
  await askAll(url, connections, prime);
  await closedLoop(url, connections, { seconds: settleSeconds }, next);
  await platform.takeCalls();
  const before = running.cpuSeconds();
  const load = await closedLoop(url, connections, until, next);
  const cpuSeconds = running.cpuSeconds() - before;
  running.emptyLog();
  const calls = (await platform.takeCalls()) / load.answers;
  return { cpuSecondsPer1000: (1000 * cpuSeconds) / load.answers, calls, load };
}

function figureOf(setting: Setting, program: string, rounds: readonly Round[]): Figure {
  const loads = rounds.map(({ load }) => load);
  return {
    ...setting,
    program,
    cpuSecondsPer1000: median(rounds.map(({ cpuSecondsPer1000 }) => cpuSecondsPer1000)),
    perSecond: median(loads.map(({ answers, seconds }) => answers / seconds)),
    p99Ms: median(loads.map(({ latenciesMs }) => quantile(latenciesMs, 0.99))),
    calls: median(rounds.map(({ calls }) => calls)),
    answers: loads.reduce((sum, { answers }) => sum + answers, 0),
    problems: sumOf(loads.map(({ problems }) => problems)),
  };
}

/** Another one begins each round. */
function turned<T>(values: readonly T[], by: number): readonly T[] {
  const first = (by + values.length) % values.length;
  return [...values.slice(first), ...values.slice(0, first)];
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
