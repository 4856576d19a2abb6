import { quantile } from '../support/statistics.ts';
import type { Measurement } from '../support/table.ts';
import { askAll, atFixedRate, type SteadyResult } from './load.ts';
import type { Bench } from './parts.ts';
import { describeProblems } from './problems.ts';
import { connectionsFor, type Contender, type Figure } from './rounds.ts';
import { NAMES } from './targets.ts';
import type { Streams } from './workloads.ts';

/** How fast hits are answered at a steady rate. */
export interface Steady {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** By how much the load itself was late, 99 times of 100 at most. */
  readonly ownLateP99Ms: number;
  readonly load: SteadyResult;
}

/** Asks one program for hits at a steady rate, each timed from the moment it was due. */
export async function measureSteadyHits(
  { addressee, running }: Contender,
  streams: Streams,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<Steady> {
  streams.nextRound();
  const stream = streams.stream('hits', addressee);
  const connections = connectionsFor({ workload: 'hits', latencyMs: 0 });
  await askAll(addressee.url, connections, stream.prime);
  const rate = { connections, perSecond, seconds, settleSeconds: SETTLE_SECONDS };
  const load = await atFixedRate(addressee.url, rate, stream.next);
  running.emptyLog();
  const [p50Ms, p99Ms] = [quantile(load.latenciesMs, 0.5), quantile(load.latenciesMs, 0.99)];
  return { perSecond, p50Ms, p99Ms, ownLateP99Ms: quantile(load.noticedLateMs, 0.99), load };
}

const HIT_P99_MS = 5;
/** Until connections are open and prints are known. */
const SETTLE_SECONDS = 2;

/** Of ours with got, the default: a hit asks nobody. The fastest other is shown, at half of what that one can do. */
export async function judgeHitLatency(
  { streams, size }: Bench,
  contenders: readonly Contender[],
  figures: readonly Figure[],
): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  for (const name of [NAMES.got, NAMES.mercuriusCache]) {
    const contender = contenders.find((each) => each.name === name);
    const saturated = figures.find(({ workload, program }) => workload === 'hits' && program === name);
    if (contender === undefined || saturated === undefined) continue;
    const rate = { perSecond: Math.round(saturated.perSecond / 2), seconds: size.steadySeconds };
    const steady = await measureSteadyHits(contender, streams, rate);
    const isMet = steady.p99Ms < HIT_P99_MS && steady.load.problems.size === 0;
    const isOurs = name === NAMES.got;
    measurements.push({
      target: `p99 of a hit at half of saturation (${rate.perSecond}/s for ${rate.seconds} s): ${name}`,
      required: isOurs ? `< ${HIT_P99_MS} ms` : 'shown',
      measured: describeSteady(steady),
      isMet: isOurs ? isMet : null,
    });
  }
  return measurements;
}

function describeSteady({ p50Ms, p99Ms, ownLateP99Ms, load }: Steady): string {
  const times = `${p99Ms.toFixed(2)} ms (median ${p50Ms.toFixed(2)} ms; the load late by ${ownLateP99Ms.toFixed(2)} ms)`;
  return `${times}, ${describeProblems(load.problems)}`;
}
