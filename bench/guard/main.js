// npm run bench:guard [-- --record]
// Bytes that one request leaves on V8's heap, in a gateway in production form: a figure that repeats, as time does not.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startGateway } from '../../build/app/gateway.js';
import { loadConfig } from '../../build/config/index.js';
import { systemClock } from '../../build/domain/clock.js';
import { createLogger } from '../../build/observe/logger.js';

const RECORD = fileURLToPath(new URL('bytes.json', import.meta.url));
/** Each line of Node lays objects out in its own way. */
const NODE = `Node ${process.versions.node.split('.')[0]}`;
/** So much more than recorded is one too many. */
const MAX_GROWTH = 1.1;
const ROUNDS = 7;
const QUERY = `query Balances($id: ID!) { customer(id: $id) {
  id
  pointsBalance { totalPoints mainPoints promisedPoints }
  ledgerBalance(first: 10) { nodes { programId pointsCategory closingBalance } }
} }`;

const others = fork(fileURLToPath(new URL('others.js', import.meta.url)), { execArgv: [] });
const [{ platformUrl, token }] = await once(others, 'message');
const config = loadConfig({
  PORT: '0',
  ADMIN_PORT: '0',
  CAPILLARY_BASE_URL: platformUrl,
  CAPILLARY_CLIENT_KEY: 'guard',
  CAPILLARY_CLIENT_SECRET: 'guard-secret',
  CAPILLARY_REQUESTS_PER_MINUTE: '1000000',
  AUTH_JWKS_URL: `${platformUrl}/keys`,
  AUTH_ISSUER: 'https://issuer.example',
  AUTH_AUDIENCE: 'loyalty',
  CACHE_FRESH_SECONDS: '600',
});
const nowhere = { write: () => undefined };

let collections = 0;
new PerformanceObserver((list) => (collections += list.getEntries().length)).observe({ entryTypes: ['gc'] });

const measured = {
  hit: await measure({ roads: { remembered: true, repeated: true, compiled: true }, requests: 400, customers: 1 }),
  'hit, run': await measure({
    roads: { remembered: false, repeated: false, compiled: true },
    requests: 200,
    customers: 1,
  }),
  miss: await measure({ roads: { remembered: true, repeated: true, compiled: true }, requests: 150, customers: 150 }),
};
others.disconnect();
judge(measured);

/** The least of what a request left behind in some rounds, in bytes: whatever else goes on in a process adds to it. */
async function measure({ roads, requests, customers }) {
  const logger = createLogger({ level: 'info', destination: nowhere });
  const gateway = await startGateway(config, { clock: systemClock, random: () => 0, logger, roads });
  const figures = [];
  let first = 1_000_000;
  // The first rounds make what lasts: shapes of objects, entries of tables.
  for (let round = -3; round < ROUNDS; round += 1) {
    globalThis.gc();
    const before = await settled();
    await ask({ url: gateway.url, token, query: QUERY, first, requests, customers });
    const after = process.memoryUsage().heapUsed;
    if ((await settled()).collections === before.collections && round >= 0)
      figures.push((after - before.heap) / requests);
    if (customers > 1) first += requests;
  }
  await gateway.close();
  if (figures.length < ROUNDS / 2)
    throw new Error('Garbage was collected meanwhile: run it with a larger young generation.');
  return Math.round(Math.min(...figures));
}

/** What is on the heap, once whoever watches collections has been told of all. */
async function settled() {
  await setTimeout(20);
  return { heap: process.memoryUsage().heapUsed, collections };
}

async function ask(question) {
  others.send(question);
  const [{ problem }] = await once(others, 'message');
  if (problem !== undefined) throw new Error(`An answer is not about who was asked for: ${problem}`);
}

function judge(figures) {
  const all = JSON.parse(readFileSync(RECORD, 'utf8'));
  if (process.argv.includes('--record')) {
    writeFileSync(RECORD, `${JSON.stringify({ ...all, [NODE]: figures }, null, 2)}\n`);
    console.table(figures);
    return;
  }
  const recorded = all[NODE];
  if (recorded === undefined) throw new Error(`Nothing is recorded for ${NODE}.`);
  const rows = Object.entries(figures).map(([name, bytes]) => {
    const growth = bytes / recorded[name];
    return [name, { recorded: recorded[name], bytes, growth: growth.toFixed(3), holds: growth <= MAX_GROWTH }];
  });
  console.table(Object.fromEntries(rows));
  if (rows.every(([, { holds }]) => holds)) return;
  console.error(
    'A request leaves more on the heap than recorded. Where that is meant: npm run bench:guard -- --record',
  );
  process.exitCode = 1;
}
