import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { endAll, ROOT } from '../support/processes.ts';
import { areMet, formatTable } from '../support/table.ts';
import { measureAll } from './bench.ts';
import { type Part, PARTS } from './parts.ts';
import { describeMachine, formatFigures } from './report.ts';
import { FULL_SIZE, QUICK_SIZE } from './size.ts';
import { type WorkloadName, WORKLOADS } from './workloads.ts';

/** `npm run bench`: times the gateway beside its peers, prints the tables, and ends with 1 when a target is missed. */

const USAGE = `Usage: npm run bench -- [options]

  --quick            fewer and shorter rounds, ${QUICK_SIZE.memoryAnswers} requests for memory: a first look, no figures to quote
  --dist <folder>    the build of another checkout of the gateway; default: this one's
  --load <name>      one load only: ${WORKLOADS.join(', ')}; may be given again
  --latency <ms>     of the platform; default 0 and 20; may be given again
  --part <name>      one part only: ${PARTS.join(', ')}; may be given again
  --rounds <n>       of each program in each load
  --seed <n>         the chance in it, to have it again
`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    dist: { type: 'string', default: join(ROOT, 'dist') },
    load: { type: 'string', multiple: true, default: [...WORKLOADS] },
    latency: { type: 'string', multiple: true, default: ['0', '20'] },
    part: { type: 'string', multiple: true, default: [...PARTS] },
    rounds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

const dist = resolve(values.dist);
const problem = problemOfOptions();
if (values.help) {
  say(USAGE);
} else if (problem !== undefined) {
  say(`${problem}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  await run();
}

function problemOfOptions(): string | undefined {
  const unknown = [
    ...values.load.filter((name) => !(WORKLOADS as readonly string[]).includes(name)),
    ...values.part.filter((name) => !(PARTS as readonly string[]).includes(name)),
  ];
  if (unknown.length > 0) return `There is no ${unknown.join(', ')}.`;
  const numbers = [...values.latency, values.seed, values.rounds ?? '1'];
  if (numbers.some((text) => !/^[0-9]+$/.test(text))) return '--latency, --rounds and --seed take a whole number.';
  return existsSync(join(dist, 'main.js')) ? undefined : `There is no build of the gateway in ${dist}.`;
}

async function run(): Promise<void> {
  const size = values.quick ? QUICK_SIZE : FULL_SIZE;
  const described = `${describeMachine(dist)}\n${values.quick ? 'Quick: a first look, no figures to quote.\n' : ''}`;
  say(described);
  const startMs = performance.now();
  try {
    const { figures, measurements } = await measureAll({
      dist,
      size: { ...size, rounds: Number(values.rounds ?? size.rounds) },
      workloads: values.load as WorkloadName[],
      latenciesMs: values.latency.map(Number),
      parts: values.part as Part[],
      seed: Number(values.seed),
      say,
    });
    const minutes = ((performance.now() - startMs) / 60_000).toFixed(1);
    say(`\n${described}${minutes} minutes, seed ${values.seed}\n`);
    if (figures.length > 0) say(`${formatFigures(figures)}\n`);
    say(formatTable(measurements));
    process.exitCode = areMet(measurements) ? 0 : 1;
  } finally {
    await endAll();
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
