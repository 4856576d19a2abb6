import type { Health, HealthReason } from '../observe/health.ts';
import type { MetricsPage } from '../observe/metrics.ts';
import type { Shown } from '../observe/observation.ts';
import { addUp, countsOf, type MetricsReport } from '../observe/report.ts';
import type { Member } from './member.ts';

export interface OverviewOptions {
  /** What is seen of the primary process itself. */
  readonly own: Shown;
  readonly members: () => readonly Member[];
  /** How many workers there are to be. */
  readonly size: number;
}

/** Health and metrics of the gateway as a whole: what its processes show, put together. */
export class Overview {
  readonly #options: OverviewOptions;
  /** What workers have counted that are gone: a sum that fell would look like one that began anew. */
  #departed: Promise<MetricsReport> = Promise.resolve([]);

  constructor(options: OverviewOptions) {
    this.#options = options;
  }

  /** Keeps what a worker has counted, as far as it told. */
  keep({ lastMetrics }: Member): void {
    if (lastMetrics === undefined) return;
    this.#departed = this.#departed.then((departed) => countsOf([departed, lastMetrics]));
  }

  /** As ready as its workers are together. */
  async health(): Promise<Health> {
    const { own, members, size } = this.#options;
    const serving = members().filter(({ isServing }) => isServing);
    const workers = await Promise.all(serving.map((member) => member.health()));
    const { status, reasons: ownReasons } = own.health();
    const missing: readonly HealthReason[] =
      serving.length < size ? [{ part: 'workers', reason: `${serving.length} of ${size} serve` }] : [];
    const reasons = distinct([...ownReasons, ...workers.flatMap((health) => health?.reasons ?? []), ...missing]);
    if (status === 'closing') return { status, reasons: reasons.filter(({ part }) => part !== 'workers') };
    if (serving.length === 0) return { status: 'down', reasons };
    return { status: reasons.length === 0 ? 'ready' : 'degraded', reasons };
  }

  /** The sums over all processes, those that are gone included. */
  async metrics(): Promise<MetricsPage> {
    const { own, members } = this.#options;
    const [ofPrimary, ofWorkers] = await Promise.all([
      own.report(),
      Promise.all(members().map((member) => member.metrics())),
    ]);
    const reports = ofWorkers.filter((report) => report !== undefined);
    const registry = addUp([ofPrimary, ...reports, await this.#departed]);
    return { contentType: registry.contentType, text: await registry.metrics() };
  }
}

/** Each reason once, however many have it. */
function distinct(reasons: readonly HealthReason[]): readonly HealthReason[] {
  return [...new Map(reasons.map((reason) => [JSON.stringify(reason), reason])).values()];
}
