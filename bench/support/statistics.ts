/** The value that `share` of the values do not exceed (nearest rank); 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? 0;
}

/** The most events that any span of `windowMs` holds, wherever it begins; its end does not belong to it. */
export function mostInWindow(timesMs: readonly number[], windowMs: number): number {
  const times = Float64Array.from(timesMs).sort();
  let most = 0;
  let first = 0;
  for (const [index, time] of times.entries()) {
    while ((times[first] ?? time) <= time - windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/** The longest time without an event between `fromMs` and `toMs`. */
export function longestGapMs(timesMs: readonly number[], fromMs: number, toMs: number): number {
  const times = [fromMs, ...timesMs.filter((time) => time > fromMs && time < toMs).toSorted((a, b) => a - b), toMs];
  return Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? time)));
}
