/**
 * What each of some ways to do a thing costs: µs of this process's CPU time for one, the median of rounds that take turns,
 * so that a noisy neighbour hits all of them alike. Compare the ratios of one run; the µs are the machine's.
 *
 * @param {Record<string, () => unknown>} ways by name; what returns a promise is waited for
 */
export async function measure(ways, { times = 2000, rounds = 7, sideBySide = 1 } = {}) {
  const taken = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, way] of Object.entries(ways)) {
      const before = process.cpuUsage();
      await repeat(way, times, sideBySide);
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) taken[name].push((user + system) / times); // The first round is for the compiler.
    }
  }
  return Object.fromEntries(Object.entries(taken).map(([name, each]) => [name, median(each)]));
}

async function repeat(way, times, sideBySide) {
  let left = times;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const result = way();
      if (result instanceof Promise) await result;
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, worker));
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** Prints figures, each beside its share of the first one. */
export function print(title, figures) {
  console.log(title);
  const [first] = Object.values(figures);
  for (const [name, us] of Object.entries(figures)) {
    console.log(`  ${name.padEnd(34)}${us.toFixed(1).padStart(8)} µs ${(us / first).toFixed(2).padStart(6)}`);
  }
}
