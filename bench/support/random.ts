/** Chance that can be had again: the same seed gives the same numbers. */
export interface Random {
  /** 0 to 1, 1 excluded. */
  readonly next: () => number;
  /** A whole number from 0, below `end`. */
  below(end: number): number;
  /** True in this share of cases. */
  chance(share: number): boolean;
  pick<T>(values: readonly [T, ...T[]]): T;
  /** A wait between two events that come by themselves, `mean` on average. */
  wait(mean: number): number;
}

/** Mulberry32: small, fast, and good enough for loads and faults. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  return {
    next,
    below,
    chance: (share) => next() < share,
    pick: (values) => values[below(values.length)] ?? values[0],
    wait: (mean) => -mean * Math.log(1 - next()),
  };
}

/**
 * Draws from 0 to `count` - 1, the first most often: the n-th with a weight of 1 / n, as the popularity of pages and
 * customers is found to be.
 */
export function createZipf(count: number, random: Random): () => number {
  const sums: number[] = [];
  let sum = 0;
  for (let n = 1; n <= count; n += 1) sums.push((sum += 1 / n));
  return () => {
    const drawn = random.next() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? sum) > drawn) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
