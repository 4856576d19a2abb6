import type { Measurement } from '../support/table.ts';
import { describeProblems, sumOf } from './problems.ts';
import type { Figure } from './rounds.ts';
import type { WorkloadName } from './workloads.ts';

/** The programs, as the table names them. */
export const NAMES = {
  got: 'loyalty-graph, got',
  undici: 'loyalty-graph, undici',
  datasourceRest: 'Apollo Server + @apollo/datasource-rest',
  dataloaderGot: 'Apollo Server + dataloader + got',
  mercurius: 'Mercurius, jit, undici',
  mercuriusCache: 'Mercurius, jit, undici, mercurius-cache',
  proxy: 'node:http proxy without GraphQL',
  proxyUndici: 'node:http proxy without GraphQL, undici',
} as const;

/** A ratio of CPU time that must not be exceeded, whatever the platform's latency. */
interface Ratio {
  readonly workload: WorkloadName;
  readonly ours: string;
  readonly theirs: string;
  readonly most: number;
}

const RATIOS: readonly Ratio[] = [
  { workload: 'hits', ours: NAMES.got, theirs: NAMES.mercuriusCache, most: 0.4 },
  { workload: 'hits', ours: NAMES.got, theirs: NAMES.datasourceRest, most: 0.07 },
  { workload: 'misses', ours: NAMES.undici, theirs: NAMES.mercurius, most: 1 },
  { workload: 'misses', ours: NAMES.got, theirs: NAMES.dataloaderGot, most: 0.8 },
  { workload: 'lists', ours: NAMES.undici, theirs: NAMES.mercurius, most: 0.7 },
];

/** Ours are compared with all others in the mixed load. */
const OURS: readonly string[] = [NAMES.got, NAMES.undici];

/** Holds the figures to the ratios of CPU time; a ratio whose programs were not both measured is left out. */
export function judgeRatios(figures: readonly Figure[], latenciesMs: readonly number[]): readonly Measurement[] {
  return latenciesMs.flatMap((latencyMs) => {
    const cpuOf = (workload: WorkloadName, program: string) =>
      figures.find((each) => each.workload === workload && each.latencyMs === latencyMs && each.program === program)
        ?.cpuSecondsPer1000;
    const ratios = RATIOS.map(({ workload, ours, theirs, most }) =>
      ratio(
        `CPU, ${workload}, ${latencyMs} ms: ${ours} / ${theirs}`,
        cpuOf(workload, ours),
        cpuOf(workload, theirs),
        most,
      ),
    );
    return [...ratios, ...judgeMixed(figures, latencyMs)].filter((each) => each !== undefined);
  });
}

/** With undici ours must be ahead of every other program; with got it is shown. */
function judgeMixed(figures: readonly Figure[], latencyMs: number): readonly (Measurement | undefined)[] {
  const mixed = figures.filter((each) => each.workload === 'mixed' && each.latencyMs === latencyMs);
  const [cheapest] = mixed
    .filter(({ program }) => !OURS.includes(program))
    .toSorted((a, b) => a.cpuSecondsPer1000 - b.cpuSecondsPer1000);
  return [NAMES.undici, NAMES.got].map((ours) => {
    const cpu = mixed.find(({ program }) => program === ours)?.cpuSecondsPer1000;
    const target = `CPU, mixed, ${latencyMs} ms: ${ours} / the cheapest other (${cheapest?.program ?? 'none'})`;
    return ratio(target, cpu, cheapest?.cpuSecondsPer1000, ours === NAMES.undici ? 1 : null);
  });
}

function ratio(
  target: string,
  ours: number | undefined,
  theirs: number | undefined,
  most: number | null,
): Measurement | undefined {
  if (ours === undefined || theirs === undefined) return undefined;
  const measured = `${(ours / theirs).toFixed(3)} (${ours.toFixed(4)} / ${theirs.toFixed(4)} s per 1,000)`;
  return most === null
    ? { target, required: 'shown', measured, isMet: null }
    : { target, required: `<= ${most.toFixed(2)}`, measured, isMet: ours / theirs <= most };
}

/** A miss's slowest hundredth under a full load is at most what it is with Mercurius. */
export function judgeMissLatency(figures: readonly Figure[]): readonly Measurement[] {
  const p99Of = (name: string) =>
    figures.find(({ workload, latencyMs, program }) => workload === 'misses' && latencyMs === 0 && program === name)
      ?.p99Ms;
  const [ours, theirs] = [p99Of(NAMES.undici), p99Of(NAMES.mercurius)];
  if (ours === undefined || theirs === undefined) return [];
  return [
    {
      target: `p99 of a miss at saturation: ${NAMES.undici} / ${NAMES.mercurius}`,
      required: '<= 1.00',
      measured: `${(ours / theirs).toFixed(2)} (${ours.toFixed(1)} / ${theirs.toFixed(1)} ms)`,
      isMet: ours <= theirs,
    },
  ];
}

/** A figure of a program that answers wrongly, or not, is worth nothing. */
export function judgeAnswers(figures: readonly Figure[]): Measurement {
  const answers = figures.reduce((sum, each) => sum + each.answers, 0);
  const problems = sumOf(figures.map((each) => each.problems));
  return {
    target: 'Wrong answers in the rounds, all programs',
    required: '0',
    measured: `${describeProblems(problems)} in ${answers} answers`,
    isMet: problems.size === 0,
  };
}
