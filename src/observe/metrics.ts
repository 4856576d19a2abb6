import { Registry } from 'prom-client';
import type { Telemetry } from '../domain/telemetry.ts';
import { createCounters } from './counters.ts';
import { addGauges, type GaugeSources } from './gauges.ts';
import { reportOf, type MetricsReport } from './report.ts';

/** Everything that is counted, and the page that shows it. */
export interface Metrics {
  /** Counts what it is told. */
  readonly counters: Partial<Telemetry>;
  /** Adds what is looked at when the page is asked for. */
  readonly add: (sources: GaugeSources) => void;
  /** The page in Prometheus's text format. */
  readonly page: () => Promise<MetricsPage>;
  /** The same as data. */
  readonly report: () => Promise<MetricsReport>;
}

/** What `/metrics` answers. */
export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

/**
 * Metrics of the gateway, in a registry of its own.
 *
 * @param ofProcess the metrics of the process it runs in, to be shown with them
 */
export function createMetrics(ofProcess: Registry = new Registry()): Metrics {
  const registry = new Registry();
  return {
    counters: createCounters(registry),
    add: (sources) => addGauges(registry, sources),
    async page() {
      const texts = await Promise.all([registry.metrics(), ofProcess.metrics()]);
      return { contentType: registry.contentType, text: texts.join('') };
    },
    report: () => reportOf(registry, ofProcess),
  };
}
