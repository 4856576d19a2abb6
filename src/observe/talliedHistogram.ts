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

/** A histogram, to be told what it observes series by series. */
export interface TalliedHistogram {
  /**
   * The series with these values of its labels, shown once it has observed something, in the order they were asked for. To be
   * kept by who asks.
   *
   * @throws {Error} unless there is one for each label
   */
  labels(...values: string[]): Observed;
}

/** One line of what is shown, as prom-client's registry asks for it. */
interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/**
 * Registers a histogram that prom-client shows and that is counted here: prom-client's own looks at the names of all labels
 * and puts a key together for each value that is observed, which is half a microsecond, up to five times an operation of two
 * reads.
 *
 * @see https://prometheus.io/docs/concepts/metric_types/#histogram
 */
export function createTalliedHistogram(
  registry: Registry,
  { name, help, buckets, labelNames }: TalliedHistogramOptions,
): TalliedHistogram {
  const all = new Map<string, Series>();
  const metric = {
    name,
    get: () =>
      Promise.resolve({
        name,
        help,
        type: 'histogram',
        aggregator: 'sum',
        values: [...all.values()].flatMap((series) => series.shown(name)),
      }),
  };
  // To show a metric, a registry needs its name and this; prom-client's types ask for one of its own classes.
  registry.registerMetric(metric as unknown as Histogram);

  return {
    labels(...values) {
      if (values.length !== labelNames.length) throw new Error(`${name} has ${labelNames.length} labels.`);
      const labels = Object.fromEntries(labelNames.map((label, index) => [label, values[index] ?? '']));
      const key = JSON.stringify(values);
      const series = all.get(key) ?? new Series(buckets, labels);
      all.set(key, series);
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
  shown(name: string): readonly Sample[] {
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
