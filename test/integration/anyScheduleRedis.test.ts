import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { balanceBody, json, startFakePlatform, TOKEN_PATH, tokenBody } from '../support/fakePlatform.ts';
import { startGateway, type GraphQLAnswer, type TestGateway } from '../support/gateway.ts';
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { startIssuer, type Issuer } from '../support/tokens.ts';

jest.setTimeout(120_000);

const LIMIT = 12;
const FRESH_SECONDS = 1;
const STALE_SECONDS = 120;
/** Both sides read the same clock; between the two readings lies the way of the answer. */
const ON_THE_WAY_MS = 1000;
const IDS = ['7', '8', '9007199254740993', '9007199254740992', '11', '12', '13', '14'];
const QUERY = `query ($ids: [ID!]!, $maxAge: Int) { customers(ids: $ids) {
  pointsBalance(maxAge: $maxAge) { entityId mainPoints totalPoints freshness { readAt stale } }
} }`;

const ask = fc.record({
  caller: fc.oneof({ weight: 3, arbitrary: fc.constant('staff') }, fc.constantFrom(...IDS)),
  ids: fc.uniqueArray(fc.constantFrom(...IDS), { minLength: 1, maxLength: 6 }),
  maxAge: fc.constantFrom(null, 0, 0, 60),
});
const MISHAPS = ['emptied', 'log lost', 'killed', 'stopped', 'goes on', 'garbage', 'swapped'] as const;
/** Something happens to Redis, and callers ask one of the gateways side by side: at the same time, or soon after. */
const step = fc.record({
  gateway: fc.nat(2),
  asks: fc.array(ask, { minLength: 1, maxLength: 4 }),
  mishap: fc.oneof(
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: fc.constantFrom('emptied' as const, 'log lost' as const) },
    { weight: 3, arbitrary: fc.constantFrom(...MISHAPS) },
  ),
  isMeanwhile: fc.boolean(),
  /** Which key a mishap meets, of those that are there. */
  dice: fc.nat(1000),
  thenMs: fc.constantFrom(0, 0, 0, 50, 300, 1100),
});
type Ask = typeof ask extends fc.Arbitrary<infer T> ? T : never;
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Balance {
  readonly entityId: string;
  readonly mainPoints: string;
  readonly totalPoints: string;
  readonly freshness: { readonly readAt: string; readonly stale: boolean };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeWithRedis('whatever callers ask of several gateways, and whatever becomes of the Redis they share', () => {
  let issuer: Issuer;
  beforeAll(async () => {
    issuer = await startIssuer();
    // So that code is warm: a deadline that passes meanwhile would be no fault of Redis.
    const gateway = await startGateway({ env: issuer.env });
    await gateway.query(QUERY, { ids: IDS }, await issuer.authorization({ scope: 'loyalty:read:any' }));
    await gateway.close();
  });
  afterAll(() => issuer.close());

  it('no answer carries another key’s data or is older than it says, no minute is over the quota, no request fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(2, 3),
        fc.array(step, { minLength: 8, maxLength: 16 }),
        async (replicas, steps) => {
          const world = await createWorld(issuer, replicas);
          try {
            for (const each of steps) await world.live(each);
            expect(mostInAnyMinute(world.callTimes)).toBeLessThanOrEqual(LIMIT);
          } finally {
            await world.close();
          }
        },
      ),
      // A run takes seconds, and what made it fail is told as it was: to make it smaller would take minutes.
      { numRuns: 5, endOnFailure: true },
    );
  });
});

async function createWorld(issuer: Issuer, replicas: number) {
  const redis = await startRedis();
  await redis.client.connect();
  const platform = await startFakePlatform();
  /** When each answer was given, by the number that stands in it as totalPoints. */
  const givenAtMs: number[] = [];
  const callTimes: number[] = [];
  platform.answer(/^\/v2\//, (request, response) => {
    callTimes.push(performance.now());
    const id = request.path.split('/')[3] ?? '';
    givenAtMs.push(Date.now());
    json(balanceBody(id, { mainPoints: `${id}.5`, totalPoints: String(givenAtMs.length - 1) }))(request, response);
  });
  platform.answer(TOKEN_PATH, (request, response) => {
    callTimes.push(performance.now());
    json(tokenBody('token'))(request, response);
  });
  const gateways = await Promise.all(
    Array.from({ length: replicas }, () =>
      startGateway({
        platform,
        env: {
          ...issuer.env,
          REDIS_URL: redis.url,
          REPLICAS: String(replicas),
          CAPILLARY_REQUESTS_PER_MINUTE: String(LIMIT),
          CACHE_FRESH_SECONDS: String(FRESH_SECONDS),
          CACHE_STALE_SECONDS: String(STALE_SECONDS),
        },
      }),
    ),
  );
  const disturb = createMishaps(redis);

  async function askOne(gateway: TestGateway | undefined, { caller, ids, maxAge }: Ask): Promise<void> {
    if (gateway === undefined) throw new Error('There is none of this number.');
    const claims = caller === 'staff' ? { scope: 'loyalty:read:any' } : { sub: caller };
    const answer = await gateway.query(QUERY, { ids, maxAge }, await issuer.authorization(claims));
    holdToTruth(answer, { caller, ids, givenAtMs });
  }

  return {
    async live({ gateway, asks, mishap, isMeanwhile, dice, thenMs }: Step): Promise<void> {
      const disturbing = mishap === null ? undefined : disturb(mishap, dice);
      if (!isMeanwhile) await disturbing;
      await Promise.all([disturbing, ...asks.map((each) => askOne(gateways[gateway % replicas], each))]);
      await pause(thenMs);
    },
    callTimes,
    async close() {
      redis.resume();
      await Promise.all(gateways.map((gateway) => gateway.close()));
      await redis.close();
      await platform.close();
    },
  };
}

/** What becomes of Redis. What is done to its keys waits until it answers again. */
function createMishaps(redis: TestRedis) {
  const { client } = redis;
  const state = { isStopped: false };

  function goOn(): void {
    redis.resume();
    state.isStopped = false;
  }

  /** Two of the keys that hold text. */
  async function twoOf(dice: number): Promise<readonly string[]> {
    const keys = (await client.keys('lg[12]:*')).toSorted();
    const types = await Promise.all(keys.map((key) => client.type(key)));
    const texts = keys.filter((_key, index) => types[index] === 'string');
    return texts.length < 2
      ? []
      : [dice, dice + 1 + (dice % (texts.length - 1))].map((n) => texts[n % texts.length] ?? '');
  }

  const mishaps: Readonly<Record<(typeof MISHAPS)[number], (dice: number) => unknown>> = {
    emptied: () => client.flushall(),
    'log lost': async () => {
      for (const key of await client.keys('lg1:{*}:quota')) await client.del(key);
    },
    killed: async () => {
      await redis.kill();
      await pause(200);
      await redis.restart();
    },
    stopped: () => {
      redis.pause();
      state.isStopped = true;
    },
    'goes on': () => undefined,
    garbage: async (dice) => {
      const keys = (await client.keys('lg[12]:*')).toSorted();
      const key = keys[dice % keys.length];
      if (key !== undefined) await client.set(key, `garbage ${dice}`);
    },
    swapped: async (dice) => {
      const [one, other] = await twoOf(dice);
      if (one === undefined || other === undefined) return;
      const [first, second] = await client.mget(one, other);
      await client.mset(one, second ?? '', other, first ?? '');
    },
  };
  return async (mishap: (typeof MISHAPS)[number], dice: number) => {
    if (state.isStopped) goOn();
    await mishaps[mishap](dice);
  };
}

/** What is said of whom, and since when it is known, against what the platform has said, and when. */
function holdToTruth(
  { data, errors = [] }: GraphQLAnswer,
  { caller, ids, givenAtMs }: { caller: string; ids: readonly string[]; givenAtMs: readonly number[] },
): void {
  const { customers } = data as { customers: readonly ({ pointsBalance: Balance | null } | null)[] };
  expect(customers).toHaveLength(ids.length);
  customers.forEach((customer, index) => {
    const id = ids[index] ?? '';
    const balance = customer?.pointsBalance ?? null;
    if (balance === null) {
      const isTheirs = caller === 'staff' || caller === id;
      const codes = errors.filter(({ path = [] }) => path[1] === index).map(({ extensions }) => extensions['code']);
      expect(codes).toEqual([isTheirs ? 'PLATFORM_QUOTA_SPENT' : 'FORBIDDEN']);
      return;
    }
    expect(['staff', id]).toContain(caller);
    expect([balance.entityId, balance.mainPoints]).toEqual([id, `${id}.5`]);
    const saidMs = new Date(balance.freshness.readAt).getTime();
    expect(saidMs).toBeLessThanOrEqual(Date.now());
    expect(saidMs).toBeLessThanOrEqual((givenAtMs[Number(balance.totalPoints)] ?? NaN) + ON_THE_WAY_MS);
  });
}

function mostInAnyMinute(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((each) => each >= from && each < from + 60_000).length));
}
