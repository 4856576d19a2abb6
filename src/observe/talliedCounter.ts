import { Counter, type Registry } from 'prom-client';

/** One series of a counter. */
export interface Tally {
  inc(): void;
}

/** A counter whose series are added up when somebody looks: until then, to count one more is one addition. */
export interface TalliedCounter {
  /** The series with these values of its labels, at zero from now on. To be asked once for each, and kept. */
  labels(...values: string[]): Tally;
}

/** Registers one. */
export function createTalliedCounter(
  registry: Registry,
  name: string,
  help: string,
  labelNames: string[],
): TalliedCounter {
  const pending: (() => void)[] = [];
  const counter = new Counter({
    name,
    help,
    labelNames,
    registers: [registry],
    collect: () => pending.forEach((add) => add()),
  });

  return {
    labels(...values) {
      const series = counter.labels(...values);
      let count = 0;
      pending.push(() => {
        series.inc(count);
        count = 0;
      });
      return { inc: () => (count += 1) };
    },
  };
}
