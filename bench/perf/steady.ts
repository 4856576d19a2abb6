import { quantile } from '../support/statistics.ts';
import type { Measurement } from '../support/table.ts';
import { askAll, atFixedRate, type LoadResult } from './load.ts';
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
  readonly load: LoadResult;
}

/** Asks one program for hits at a steady rate, each timed from the moment it was due. */
export async function measureSteadyHits(
  { addressee, running }: Contender,
  streams: Streams,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<Steady> {
  streams.nextRound();
  const stream = streams.stream('hits', addressee);
  await askAll(addressee.url, connectionsFor({ workload: 'hits', latencyMs: 0 }), stream.prime);
  const load = await atFixedRate(addressee.url, { perSecond, seconds, settleSeconds: SETTLE_SECONDS }, stream.next);
  running.emptyLog();
  const [p50Ms, p99Ms] = [quantile(load.latenciesMs, 0.5), quantile(load.latenciesMs, 0.99)];
  return { perSecond, p50Ms, p99Ms, load };
}

const HIT_P99_MS = 5;
/** Until the connections are open that the rate takes. */
const SETTLE_SECONDS = 2;

/** Of ours with got, the default: a hit asks nobody. */
export async function judgeHitLatency(
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
