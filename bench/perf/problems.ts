/** What is wrong with an answer. */
export type Problem = 'mixed up' | `failed: ${string}`;

/** How often each thing was wrong. */
export type Problems = ReadonlyMap<Problem, number>;

/** All of them together. */
export function sumOf(counts: readonly Problems[]): Problems {
  const sum = new Map<Problem, number>();
  for (const each of counts) for (const [problem, count] of each) sum.set(problem, (sum.get(problem) ?? 0) + count);
  return sum;
}

/** What was wrong, and how often: `3 x mixed up`. */
export function describeProblems(problems: Problems): string {
  return [...problems].map(([problem, count]) => `${count} x ${problem}`).join(', ') || 'nothing wrong';
}
