import { quantile } from '../support/statistics.ts';
import { closedLoop, type Asked, type LoadResult } from './load.ts';
import type { Problem } from './operations.ts';
import type { RunningProgram } from './programs.ts';
import type { Size } from './size.ts';
import type { Addressee, Streams, WorkloadName } from './workloads.ts';

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
  /** Over all rounds. */
  readonly answers: number;
  readonly problems: ReadonlyMap<Problem, number>;
}

/** As many as keep a program busy while the platform takes its time; lists ask for 25 reads at once each. */
export function connectionsFor({ workload, latencyMs }: Setting): number {
  if (workload === 'lists') return latencyMs === 0 ? 8 : 16;
  return latencyMs === 0 || workload === 'hits' ? 64 : 256;
}

interface Round {
  readonly cpuSecondsPer1000: number;
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly load: LoadResult;
}

/** Times all programs in one setting, by turns, so that a noisy neighbour hits all of them alike. */
export async function measureSetting(
  setting: Setting,
  contenders: readonly Contender[],
  streams: Streams,
  size: Size,
): Promise<readonly Figure[]> {
  const rounds = new Map<string, Round[]>();
  for (let round = -1; round < size.rounds; round += 1) {
    const hotRound = streams.newRound();
    for (const contender of turned(contenders, round)) {
      if (!contender.workloads.includes(setting.workload)) continue;
      // The first round is for the compiler.
      const seconds = round < 0 ? size.warmSeconds : size.roundSeconds;
      const timed = await time(contender, setting, streams, { round: hotRound, seconds, settle: size.settleSeconds });
      if (round >= 0) rounds.set(contender.name, [...(rounds.get(contender.name) ?? []), timed]);
    }
  }
  return [...rounds].map(([program, timed]) => ({
    ...setting,
    program,
    cpuSecondsPer1000: median(timed.map((each) => each.cpuSecondsPer1000)),
    perSecond: median(timed.map((each) => each.perSecond)),
    p99Ms: median(timed.map((each) => each.p99Ms)),
    answers: timed.reduce((sum, { load }) => sum + load.answers, 0),
    problems: sumOf(timed.map(({ load }) => load.problems)),
  }));
}

async function time(
  { running, addressee }: Contender,
  setting: Setting,
  streams: Streams,
  how: { readonly round: number; readonly seconds: number; readonly settle: number },
): Promise<Round> {
  const connections = connectionsFor(setting);
  const stream = streams.stream(setting.workload, addressee, how.round);
  await primeWith(addressee.url, stream.prime, connections);
  await closedLoop(addressee.url, connections, { seconds: how.settle }, stream.next);
  const before = running.cpuSeconds();
  const load = await closedLoop(addressee.url, connections, { seconds: how.seconds }, stream.next);
  const cpuSeconds = running.cpuSeconds() - before;
  running.emptyLog();
  return {
    cpuSecondsPer1000: (1000 * cpuSeconds) / load.answers,
    perSecond: load.answers / load.seconds,
    p99Ms: quantile(load.latenciesMs, 0.99),
    load,
  };
}

/** Has each of these asked once. */
export async function primeWith(url: URL, asked: readonly Asked[], connections: number): Promise<void> {
  if (asked.length === 0) return;
  let next = 0;
  const pick = () => {
    const each = asked[next % asked.length];
    next += 1;
    if (each === undefined) throw new Error('Nothing to ask.');
    return each;
  };
  await closedLoop(url, connections, { answers: asked.length }, pick);
}

/** Another one begins each round. */
function turned<T>(values: readonly T[], by: number): readonly T[] {
  const first = (by + values.length) % values.length;
  return [...values.slice(first), ...values.slice(0, first)];
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** All of them together. */
export function sumOf(counts: readonly ReadonlyMap<Problem, number>[]): ReadonlyMap<Problem, number> {
  const sum = new Map<Problem, number>();
  for (const each of counts) for (const [problem, count] of each) sum.set(problem, (sum.get(problem) ?? 0) + count);
  return sum;
}
