import type { Histogram, Registry } from 'prom-client';

/** One series of a histogram. */
export interface Observed {
  observe(value: number): void;
}

export interface TalliedHistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Upper bounds, in rising order; what is above them all has a bucket of its own. */
  readonly buckets: readonly number[];
  readonly labelNames: readonly string[];
}

/** A histogram each of whose series has labels that were checked once, when it was made. */
export interface TalliedHistogram {
  /** The series with these values of its labels. To be asked once for each, and kept. */
  labels(...values: string[]): Observed;
}

/** What is shown of a metric, as prom-client's registry asks for it. */
interface Shown {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/**
 * Registers a histogram that prom-client shows and that is counted here: prom-client's own looks at the names of all labels
 * and puts a key together for each value that is observed, which is half a microsecond, some five times an operation.
 *
 * @see https://prometheus.io/docs/concepts/metric_types/#histogram
 */
export function createTalliedHistogram(
  registry: Registry,
  { name, help, buckets, labelNames }: TalliedHistogramOptions,
): TalliedHistogram {
  const all: Series[] = [];
  const metric = {
    name,
    get: () =>
      Promise.resolve({
        name,
        help,
        type: 'histogram',
        aggregator: 'sum',
        values: all.flatMap((series) => series.shown(name)),
      }),
  };
  // Of a metric a registry needs its name and this; prom-client's types ask for one of its own classes.
  registry.registerMetric(metric as unknown as Histogram);

  return {
    labels(...values) {
      const series = new Series(buckets, Object.fromEntries(labelNames.map((label, n) => [label, values[n] ?? ''])));
      all.push(series);
      return series;
    },
  };
}

class Series implements Observed {
  readonly #bounds: readonly number[];
  readonly #labels: Readonly<Record<string, string>>;
  /** How many values are in each bucket, those above the last bound behind the others. */
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[], labels: Readonly<Record<string, string>>) {
    this.#bounds = bounds;
    this.#labels = labels;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  /** Each bucket with all that are below it, and the sum and number of all; nothing of a series without a value. */
  shown(name: string): readonly Shown[] {
    let below = 0;
    const cumulated = this.#counts.map((count) => (below += count));
    if (below === 0) return [];
    const labels = this.#labels;
    return [
      ...cumulated.map((value, bucket) => ({
        metricName: `${name}_bucket`,
        labels: { le: this.#bounds[bucket] ?? '+Inf', ...labels },
        value,
      })),
      { metricName: `${name}_sum`, labels, value: this.#sum },
      { metricName: `${name}_count`, labels, value: below },
    ];
  }
}
