import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BREAKER_CALLS, codesOf, inTurn, readBalance } from '../support/breaking.ts';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import {
  BALANCE_PATHS,
  balanceOfRequest,
  htmlPage,
  ledgerOfRequest,
  PLATFORM_TEXT,
  raw,
} from '../support/faultAnswers.ts';
import { businessError, json, LEDGER_PATH, type Answer } from '../support/fakePlatform.ts';
import { startGateway, type GraphQLAnswer, type TestGateway } from '../support/gateway.ts';

// Minutes of a load, though on a clock of its own.
jest.setTimeout(60_000);

let gateway: TestGateway;
let clock: FakeClock;
beforeEach(async () => {
  clock = fakeClock();
  gateway = await startGateway({ clock, env: { CAPILLARY_REQUESTS_PER_MINUTE: '100000' } });
  gateway.platform.answer(BALANCE_PATHS, balanceOfRequest);
  gateway.platform.answer(LEDGER_PATH, ledgerOfRequest);
});
afterEach(() => gateway.close());

const hits = () => gateway.platform.requests.length;

function expectData({ data, errors }: GraphQLAnswer): void {
  expect(errors).toBeUndefined();
  expect(data).toEqual({ customer: { pointsBalance: { mainPoints: '8500.000' } } });
}

/** What the platform says when it is busy or broken, and would do better a moment later. */
const TRANSIENT: readonly [string, Answer][] = [
  ...[500, 502, 503, 504].map((status): [string, Answer] => [String(status), htmlPage(status)]),
  ['503 with errorCode 4001', raw(`errorCode=4001, ${PLATFORM_TEXT}`, { 'content-type': 'text/plain' }, 503)],
  ['4001 in the body', businessError(4001)],
  ['521 busy', htmlPage(521)],
  ['521 busy in the body', businessError(521)],
  ['461', htmlPage(461)],
  ['461 in the body', businessError(461)],
];

describe.each(TRANSIENT)('%s', (_what, failing) => {
  it('once, then fine: retried once, the client sees data', async () => {
    gateway.platform.answer(BALANCE_PATHS, inTurn(failing, balanceOfRequest));

    expectData(await readBalance(gateway));
    expect(hits()).toBe(2);
  });

  it('twice: PLATFORM_UNAVAILABLE after two calls', async () => {
    gateway.platform.answer(BALANCE_PATHS, failing);

    expect(codesOf(await readBalance(gateway))).toEqual(['PLATFORM_UNAVAILABLE']);
    expect(hits()).toBe(2);
  });
});

it.each<[string, Answer]>([
  ['400', json({}, 400)],
  ['403', htmlPage(403)],
  ['404', htmlPage(404)],
  ['8015 in the body', businessError(8015)],
  ['1632 in the body', businessError(1632)],
  ['a code nobody knows', businessError(999_999)],
])('%s would be no better a moment later: one call', async (_what, failing) => {
  gateway.platform.answer(BALANCE_PATHS, inTurn(failing, balanceOfRequest));

  expect(codesOf(await readBalance(gateway))).toHaveLength(1);
  expect(hits()).toBe(1);
});

/** Reads a dozen customers in one operation, of ids that are new each time. */
let lastId = 1000;
const readDozen = () =>
  gateway.query('query ($ids: [ID!]!) { customers(ids: $ids) { pointsBalance { mainPoints } } }', {
    ids: Array.from({ length: 12 }, () => String((lastId += 1))),
  });
const DOZEN_EVERY_MS = 240; // 50 reads a second.

/** Reads so for `forMs`, on the clock, and gives how many reads that were. */
async function readDozens(forMs: number, look: (answer: GraphQLAnswer) => void = () => undefined): Promise<number> {
  let reads = 0;
  for (let atMs = 0; atMs < forMs; atMs += DOZEN_EVERY_MS) {
    look(await readDozen());
    reads += 12;
    clock.advance(DOZEN_EVERY_MS);
  }
  return reads;
}

describe('a burst of 500, 502 and 503 for 60 s at 50 reads a second', () => {
  it('opens the breaker within a second, costs a probe each five, and is over within ten after the platform is back', async () => {
    const calledAtMs: number[] = [];
    const failing = inTurnForEver(htmlPage(500), htmlPage(502), htmlPage(503));
    await readDozens(10_000); // In good health.
    gateway.platform.answer(BALANCE_PATHS, (request, response) => {
      calledAtMs.push(clock.monotonicMs());
      failing(request, response);
    });
    const startMs = clock.monotonicMs();
    const reads = await readDozens(60_000);

    const opened = calledAtMs.filter((atMs) => atMs < startMs + 1000);
    const probes = calledAtMs.slice(opened.length);
    expect(calledAtMs.length / reads).toBeLessThanOrEqual(1.1);
    expect(probes.length).toBeGreaterThan(5);
    const gaps = probes.map((atMs, index) => atMs - (probes[index - 1] ?? startMs));
    for (const gapMs of gaps) expect(gapMs).toBeGreaterThanOrEqual(5000);

    gateway.platform.answer(BALANCE_PATHS, balanceOfRequest);
    const backAtMs = clock.monotonicMs();
    for (let tries = 0; tries < 200 && (await readDozen()).errors !== undefined; tries += 1) {
      clock.advance(DOZEN_EVERY_MS);
    }
    expect(clock.monotonicMs() - backAtMs).toBeLessThanOrEqual(10_000);
    expect((await readDozen()).errors).toBeUndefined();
  });

  it('leaves reads of another endpoint alone', async () => {
    gateway.platform.answer(BALANCE_PATHS, htmlPage(502));
    await readDozens(1000);

    const { errors } = await gateway.query('{ customer(id: 42) { ledgerBalance { totalEntries } } }');

    expect(errors).toBeUndefined();
  });
});

describe('failures that open no breaker', () => {
  it('of a quarter of the reads, at 50 a second, are retried for a tenth of the reads and one a second, not more', async () => {
    gateway.platform.answer(BALANCE_PATHS, (request, response) => {
      const id = Number(request.path.split('/')[3]);
      (id % 4 === 0 ? htmlPage(500) : balanceOfRequest)(request, response);
    });
    let failed = 0;
    const reads = await readDozens(20_000, (answer) => (failed += codesOf(answer).length));

    expect(failed).toBe(reads / 4); // Each was answered by the platform: the breaker was closed all the time.
    expect(hits()).toBeGreaterThan(reads);
    expect(hits()).toBeLessThanOrEqual(1.1 * reads + 20 + 10);
  });
});

describe('an open breaker', () => {
  it('lets one single probe through, however many ask at once, and fails the others at once', async () => {
    gateway.platform.answer(BALANCE_PATHS, htmlPage(503));
    for (let id = 0; id < BREAKER_CALLS; id += 1) await readBalance(gateway, 100 + id);
    const before = hits();
    clock.advance(5000);

    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => readBalance(gateway, 200 + index)));

    expect(answers.flatMap(codesOf)).toEqual(Array.from({ length: 10 }, () => 'PLATFORM_UNAVAILABLE'));
    expect(hits()).toBe(before + 1);
  });

  it('tells when to come back', async () => {
    gateway.platform.answer(BALANCE_PATHS, htmlPage(503));
    for (let id = 0; id < BREAKER_CALLS; id += 1) await readBalance(gateway, 100 + id);
    clock.advance(2000);

    const { errors } = await readBalance(gateway);

    expect(errors).toMatchObject([{ extensions: { code: 'PLATFORM_UNAVAILABLE', retryAfterMs: 3000 } }]);
  });
});

/** Answers from a list, over and over. */
function inTurnForEver(...answers: readonly Answer[]): Answer {
  let calls = 0;
  return (request, response) => {
    answers[calls % answers.length]?.(request, response);
    calls += 1;
  };
}
