import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Telemetry } from '../domain/telemetry.ts';
import { createCounters } from './counters.ts';
import { addGauges, type GaugeSources } from './gauges.ts';

/** Everything that is counted, and the page that shows it. */
export interface Metrics {
  /** Counts what it is told. */
  readonly counters: Partial<Telemetry>;
  /** Adds what is looked at when the page is asked for. */
  readonly add: (sources: GaugeSources) => void;
  /** The page in Prometheus's text format. */
  readonly page: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Metrics of the gateway and of its process (event loop lag, heap, CPU), in registries of their own. */
export function createMetrics(): Metrics {
  const own = new Registry();
  // Apart from ours: the process's garbage collection is watched as long as it runs, and would keep all of ours with it.
  const ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  return {
    counters: createCounters(own),
    add: (sources) => addGauges(own, sources),
    async page() {
      const texts = await Promise.all([own.metrics(), ofProcess.metrics()]);
      return { contentType: own.contentType, text: texts.join('') };
    },
  };
}
