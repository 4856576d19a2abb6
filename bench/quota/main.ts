import { parseArgs } from 'node:util';
import { endAll } from '../support/processes.ts';
import { areMet, formatTable, type Measurement } from '../support/table.ts';
import { RUNS } from './processes/index.ts';
import * as runs from './processes/run.ts';
import * as simulation from './simulation/simulation.ts';

/** `npm run bench:quota`: measures every target of the quota, prints the table, and ends with 1 when one is missed. */

const USAGE = `Usage: npm run bench:quota -- [options]

  --seed <n>     the chance in it, to have it again; default: another one each time
  --quick        shorter runs and smaller simulations: a first look, no figures to quote
  --only <name>  the simulation, or one run: ${['simulation', ...Object.keys(RUNS)].join(', ')}; may be given again
  --no-redis     the gateways share no Redis: each keeps to its share of the quota and to a cache of its own
  --soak <min>   how long the soak lasts; default ${runs.FULL_SIZE.soakMinutes}, the target's own is 30
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    'no-redis': { type: 'boolean', default: false },
    soak: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const NAMES = ['simulation', ...Object.keys(RUNS)];
const unknown = values.only.filter((name) => !NAMES.includes(name));
const isNumber = (text: string | undefined) => text === undefined || /^[0-9]+(?:\.[0-9]+)?$/.test(text);

if (values.help) {
  say(USAGE);
} else if (unknown.length > 0 || !isNumber(values.seed) || !isNumber(values.soak)) {
  say(unknown.length > 0 ? `There is no run ${unknown.join(', ')}.\n` : '--seed and --soak take a number.\n');
  say(USAGE);
  process.exitCode = 2;
} else {
  await measureAll();
}

async function measureAll(): Promise<void> {
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const runSize = values.quick ? runs.QUICK_SIZE : runs.FULL_SIZE;
  const size = { ...runSize, soakMinutes: Number(values.soak ?? runSize.soakMinutes) };
  const hasRedis = !values['no-redis'];
  const isAsked = (name: string) => values.only.length === 0 || values.only.includes(name);
  const chosen = Object.entries(RUNS).filter(([name]) => isAsked(name));
  say(`Seed ${seed}. ${values.quick ? 'Quick: a first look, no figures to quote.' : ''}\n`);

  const measurements: Measurement[] = [];
  const note = (name: string, found: readonly Measurement[]) => {
    measurements.push(...found);
    for (const { target, measured, isMet } of found)
      say(`${name}: ${target}: ${measured}${isMet === false ? ' (MISSED)' : ''}`);
  };
  try {
    if (isAsked('simulation')) {
      const simulated = simulation.simulations(seed, values.quick ? simulation.QUICK_SIZE : simulation.FULL_SIZE);
      for (const simulate of simulated) note('simulation', await simulate());
    }
    for (const [name, run] of chosen) note(name, await run({ seed, size, hasRedis }));
  } finally {
    await endAll();
  }
  say(`\nSeed ${seed}${values.quick ? ', quick' : ''}${hasRedis ? ', with Redis' : ', without Redis'}\n`);
  say(formatTable(measurements));
  process.exitCode = areMet(measurements) ? 0 : 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
