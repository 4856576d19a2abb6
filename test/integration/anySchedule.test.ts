import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { fakeClock, START_MS, type FakeClock } from '../support/fakeClock.ts';
import { balanceBody, businessError, json, stall, text, TOKEN_PATH, type Answer } from '../support/fakePlatform.ts';
import { startGateway, type GraphQLAnswer } from '../support/gateway.ts';
import { startIssuer, type Issuer } from '../support/tokens.ts';

jest.setTimeout(300_000);

const FRESH_SECONDS = 15;
const STALE_SECONDS = 120;
const IDS = ['7', '8', '9007199254740993', '9007199254740992'];
const QUERY = `query ($ids: [ID!]!, $maxAge: Int) { customers(ids: $ids) {
  pointsBalance(maxAge: $maxAge) { entityId mainPoints totalPoints freshness { readAt stale } }
} }`;

const FAULTS = [
  'none',
  'down',
  'gone',
  'silent',
  'closed',
  'closed in silence',
  'nonsense',
  'cut',
  'of another',
  'nobody',
  'no token',
] as const;
type Fault = (typeof FAULTS)[number];

/** One step: the platform behaves so, these callers ask, and then time passes. */
const step = fc.record({
  fault: fc.oneof({ weight: 2, arbitrary: fc.constant<Fault>('none') }, fc.constantFrom(...FAULTS)),
  asks: fc.array(
    fc.record({
      caller: fc.constantFrom('staff', ...IDS),
      ids: fc.array(fc.constantFrom(...IDS), { minLength: 1, maxLength: 4 }),
      maxAge: fc.constantFrom(null, null, null, 0, 5, 60),
      isAbandoned: fc.boolean(),
    }),
    { maxLength: 4 },
  ),
  thenMs: fc.constantFrom(0, 100, 4000, 14_999, 15_000, 61_000, 121_000),
});

interface Balance {
  readonly entityId: string;
  readonly mainPoints: string;
  readonly totalPoints: string;
  readonly freshness: { readonly readAt: string; readonly stale: boolean };
}

describe('whatever callers, keys, faults and time do', () => {
  let issuer: Issuer;
  beforeAll(async () => (issuer = await startIssuer()));
  afterAll(() => issuer.close());

  it('no answer carries another key’s data, none is older than it says, and no minute is over the quota', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(6, 100),
        fc.array(step, { minLength: 3, maxLength: 12 }),
        async (limit, steps) => {
          const world = await createWorld(issuer, limit);
          try {
            for (const { fault, asks, thenMs } of steps) {
              world.behave(fault);
              await world.settle(asks.map((ask) => world.ask(ask)));
              world.clock.advance(thenMs);
            }
            expect(mostInAnyMinute(world.callTimes)).toBeLessThanOrEqual(limit);
          } finally {
            await world.close();
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

interface Ask {
  readonly caller: string;
  readonly ids: readonly string[];
  readonly maxAge: number | null;
  readonly isAbandoned: boolean;
}

async function createWorld(issuer: Issuer, limit: number) {
  const clock = fakeClock();
  const gateway = await startGateway({
    clock,
    env: {
      ...issuer.env,
      CAPILLARY_REQUESTS_PER_MINUTE: String(limit),
      CACHE_FRESH_SECONDS: String(FRESH_SECONDS),
      CACHE_STALE_SECONDS: String(STALE_SECONDS),
    },
  });
  /** When each answer was given, by the number that stands in it as totalPoints. */
  const givenAtMs: number[] = [];
  const callTimes: number[] = [];
  const state: { fault: Fault } = { fault: 'none' };
  gateway.platform.answer(/^\/v2\//, (request, response) => {
    callTimes.push(clock.monotonicMs());
    answerOf(state.fault, givenAtMs, clock)(request, response);
  });
  gateway.platform.answer(TOKEN_PATH, (request, response) => {
    callTimes.push(clock.monotonicMs());
    json({ data: { accessToken: `token-${callTimes.length}`, ttlSeconds: 300 } })(request, response);
  });

  async function ask({ caller, ids, maxAge, isAbandoned }: Ask): Promise<void> {
    const askedAtMs = clock.monotonicMs();
    const claims = caller === 'staff' ? { scope: 'loyalty:read:any' } : { sub: caller };
    const times = { iat: START_MS / 1000, exp: START_MS / 1000 + 86_400 };
    const headers = await issuer.authorization({ ...claims, ...times });
    if (isAbandoned) {
      await abandon(gateway.url, { query: QUERY, variables: { ids, maxAge } }, headers);
      return;
    }
    const answer = await gateway.query(QUERY, { ids, maxAge }, headers);
    holdToTruth(answer, { caller, ids, maxAge: maxAge ?? FRESH_SECONDS, askedAtMs, givenAtMs });
  }

  return {
    clock,
    callTimes,
    behave: (fault: Fault) => void (state.fault = fault),
    ask,
    /** Lets time pass for as long as somebody still waits. */
    async settle(asks: readonly Promise<void>[]): Promise<void> {
      const pending = { count: asks.length };
      const all = Promise.all(asks.map((each) => each.finally(() => (pending.count -= 1))));
      all.catch(() => undefined);
      for (let round = 0; pending.count > 0; round += 1) {
        await new Promise((resolve) => setTimeout(resolve, 4));
        if (round > 4) clock.advance(100);
      }
      await all;
    },
    close: () => gateway.close(),
  };
}

/** What is said of whom, and how old it is, against what the platform has said, and when. */
function holdToTruth(
  { data, errors = [] }: GraphQLAnswer,
  asked: { caller: string; ids: readonly string[]; maxAge: number; askedAtMs: number; givenAtMs: readonly number[] },
): void {
  const { customers } = data as { customers: readonly ({ pointsBalance: Balance | null } | null)[] };
  expect(customers).toHaveLength(asked.ids.length);
  customers.forEach((customer, index) => {
    const id = asked.ids[index] ?? '';
    const balance = customer?.pointsBalance ?? null;
    if (asked.caller !== 'staff' && asked.caller !== id) expect(customer).toBeNull();
    if (balance === null) {
      expect(errors.some(({ path = [] }) => path[1] === index)).toBe(true);
      return;
    }
    expect(balance.entityId).toBe(id);
    expect(balance.mainPoints).toBe(`${id}.5`);
    const givenAtMs = asked.givenAtMs[Number(balance.totalPoints)] ?? NaN;
    const saidMs = new Date(balance.freshness.readAt).getTime() - START_MS;
    // What is on its way while the clock is moved on may arrive a moment later than it was given.
    expect(givenAtMs).toBeGreaterThanOrEqual(saidMs - 500);
    const allowedMs = 1000 * (balance.freshness.stale ? STALE_SECONDS + 4 : asked.maxAge);
    expect(asked.askedAtMs - saidMs).toBeLessThanOrEqual(allowedMs);
  });
}

function answerOf(fault: Fault, givenAtMs: number[], clock: FakeClock): Answer {
  const truth: Answer = (request, response) => {
    const id = request.path.split('/')[3] ?? '';
    givenAtMs.push(clock.monotonicMs());
    json(balanceBody(id, { mainPoints: `${id}.5`, totalPoints: String(givenAtMs.length - 1) }))(request, response);
  };
  const answers: Readonly<Record<Fault, Answer>> = {
    none: truth,
    down: json({}, 503),
    gone: (_request, response) => void response.destroy(),
    silent: stall,
    closed: json({}, 429, { 'retry-after': '7' }),
    'closed in silence': json({}, 429),
    nonsense: text('<html>', 'text/html'),
    cut: (_request, response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"entityId": 7');
      setImmediate(() => response.destroy());
    },
    'of another': (request, response) => truth({ ...request, path: '/v2/customers/99/points/balance' }, response),
    nobody: businessError(8015),
    'no token': json({}, 401),
  };
  return answers[fault];
}

/** Asks, and hangs up at once. */
async function abandon(url: string, body: object, headers: Readonly<Record<string, string>>): Promise<void> {
  const controller = new AbortController();
  const asking = fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: controller.signal,
  });
  await new Promise((resolve) => setTimeout(resolve, 3));
  controller.abort();
  await asking.catch(() => undefined);
}

function mostInAnyMinute(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((each) => each >= from && each < from + 60_000).length));
}
