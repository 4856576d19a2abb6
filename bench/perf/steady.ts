import { quantile } from '../support/statistics.ts';
import { askAll, atFixedRate, type LoadResult } from './load.ts';
import { connectionsFor, type Contender } from './rounds.ts';
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
  const load = await atFixedRate(addressee.url, { perSecond, seconds }, stream.next);
  running.emptyLog();
  const [p50Ms, p99Ms] = [quantile(load.latenciesMs, 0.5), quantile(load.latenciesMs, 0.99)];
  return { perSecond, p50Ms, p99Ms, load };
}
