import type { Registry } from 'prom-client';
import type { Clock } from '../domain/clock.ts';
import { tellAll } from '../domain/tellAll.ts';
import type { Telemetry } from '../domain/telemetry.ts';
import { ChangeLog } from './changeLog.ts';
import type { GaugeSources } from './gauges.ts';
import { healthOf, type Health } from './health.ts';
import type { Logger } from './logger.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { PlatformHealth } from './platformHealth.ts';

/** What can be asked of the parts at any moment. */
export interface ObservedSources extends GaugeSources {
  readonly isClosing: () => boolean;
}

/** Who watches the gateway: it is told what happens, and shows it from outside. */
export interface Observation {
  readonly telemetry: Telemetry;
  /** Begins to look at the parts, once they are there; gives what the admin port shows. */
  readonly look: (sources: ObservedSources) => Shown;
}

/** What can be seen of a gateway from outside. */
export interface Shown {
  readonly health: () => Health;
  readonly metrics: Metrics['page'];
  readonly report: Metrics['report'];
}

/** Metrics, health, and the log lines of what changes. */
export function createObservation(options: {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly processMetrics?: Registry | undefined;
}): Observation {
  const { logger, clock, processMetrics } = options;
  const metrics = createMetrics(processMetrics);
  const platformHealth = new PlatformHealth(clock);
  return {
    telemetry: tellAll(metrics.counters, platformHealth, new ChangeLog(logger, clock)),
    look(sources) {
      metrics.add(sources);
      const platform = () => platformHealth.reasons();
      return { health: () => healthOf({ ...sources, platform }), metrics: metrics.page, report: metrics.report };
    },
  };
}
