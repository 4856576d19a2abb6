import { AggregatorRegistry, type Registry } from 'prom-client';

/** One metric of one process as data, as prom-client gives it: it can be sent to another process. */
export interface MetricData {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
}

/** All that one process shows. */
export type MetricsReport = readonly MetricData[];

/** What these registries show now. */
export async function reportOf(...registries: readonly Registry[]): Promise<MetricsReport> {
  const reports = await Promise.all(registries.map((registry) => registry.getMetricsAsJSON()));
  return reports.flat() as unknown as MetricsReport; // prom-client's own type has numbers for the kinds of metrics.
}

/**
 * One registry for several processes: counts are added up, and what cannot be is averaged, the largest or the first, as
 * each metric says of itself.
 */
export function addUp(reports: readonly MetricsReport[]): Registry {
  return AggregatorRegistry.aggregate(reports.map((report) => [...report]));
}

/** What stays true of processes that are gone: what they counted. What they were like goes with them. */
export async function countsOf(reports: readonly MetricsReport[]): Promise<MetricsReport> {
  const all = await reportOf(addUp(reports));
  return all.filter(({ type }) => type === 'counter' || type === 'histogram');
}
