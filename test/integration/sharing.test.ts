import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { metricsOf } from '../support/admin.ts';
import { answerEverything, held } from '../support/faultAnswers.ts';
import {
  balanceBody,
  balanceOfPath,
  businessError,
  json,
  LEDGER_PATH,
  startFakePlatform,
  type FakePlatform,
} from '../support/fakePlatform.ts';
import { OAUTH, post, startGateway, type TestGateway } from '../support/gateway.ts';
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.ts';

// A thousand requests at once take their time on a busy machine.
jest.setTimeout(60_000);

const BALANCE = /points\/balance$/;
const QUERY = `query ($id: ID! = "7", $maxAge: Int) { customer(id: $id) {
  pointsBalance(maxAge: $maxAge) { entityId mainPoints freshness { readAt stale } }
} }`;
const EVERYTHING = `{ customer(id: "9007199254740993") { id externalId
  pointsBalance { entityId entityType totalPoints mainPoints promisedPoints warnings { code message }
    promisedPointsBreakup { delayedAccrualPoints externalTriggerBasedPoints } }
  ledgerBalance { totalEntries pageInfo { hasNextPage endCursor } warnings { code message }
    nodes { pointsCategory programId programName closingBalance alternateCurrency alternateCurrencyCategory } }
} }`;
const BY_MOBILE = `{ customerByIdentifier(lookup: { identifiers: [{ name: MOBILE, value: "919999000001" }] }) {
  id externalId } }`;

describeWithRedis('gateways that share a Redis', () => {
  let redis: TestRedis;
  let platform: FakePlatform;
  let one: TestGateway;
  let other: TestGateway;
  const others: TestGateway[] = [];
  const join = async (env: Readonly<Record<string, string>> = {}) => {
    const gateway = await startGateway({
      platform,
      redisTimeoutMs: 2000,
      env: {
        REDIS_URL: redis.url,
        CACHE_FRESH_SECONDS: '60',
        CACHE_STALE_SECONDS: '600',
        REQUEST_DEADLINE_MS: '30000',
        ...env,
      },
    });
    others.push(gateway);
    return gateway;
  };
  beforeEach(async () => {
    redis = await startRedis();
    await redis.client.connect();
    platform = await startFakePlatform();
    answerEverything(platform);
    [one, other] = await Promise.all([join(), join()]);
  });
  afterEach(async () => {
    await Promise.all(others.splice(0).map((gateway) => gateway.close()));
    await platform.close();
    await redis.close();
  });

  const calls = () => platform.requests.length;
  /** What is written for others is written behind the answer. */
  const written = async (count: number) => {
    const values = async () => (await redis.client.keys('lg[12]:*')).filter((key) => !/quota|gateways|lease/.test(key));
    while ((await values()).length < count) await new Promise((resolve) => setTimeout(resolve, 5));
    return values();
  };

  it('answer what one of them has read, digit for digit, without a call', async () => {
    const first = await one.query(EVERYTHING);
    await written(2);

    const second = await other.query(EVERYTHING, {}, { 'x-explain': 'platform' });

    expect(second.data).toEqual(first.data);
    expect(calls()).toBe(2);
    expect(JSON.parse(second.text)).toMatchObject({ extensions: { platform: { made: 0, fromCache: 2 } } });
  });

  it('find a customer by mobile that one of them has looked up', async () => {
    platform.answer('/v2/customers/lookup', json('{"entity": 565039505, "warnings": [], "errors": []}'));
    const first = await one.query(BY_MOBILE);
    const made = calls();
    await written(1);

    expect((await other.query(BY_MOBILE)).data).toEqual(first.data);
    expect(calls()).toBe(made);
  });

  it('tell how old an answer is that another has read', async () => {
    const before = new Date().toISOString();
    await one.query(QUERY);
    const after = new Date().toISOString();
    await written(1);

    const { data } = await other.query(QUERY);

    const { readAt } = (data as { customer: { pointsBalance: { freshness: { readAt: string } } } }).customer
      .pointsBalance.freshness;
    // Never later than it was; earlier by what the way to Redis took at most.
    expect(readAt <= after).toBe(true);
    expect(new Date(readAt).getTime()).toBeGreaterThan(new Date(before).getTime() - 1000);
  });

  it('have for all what one of them asked for with maxAge 0', async () => {
    await one.query(QUERY);
    await other.query(QUERY);
    platform.answer(BALANCE, json(balanceBody('7', { mainPoints: '1.000' })));
    const [key = ''] = await written(1);
    const before = await redis.client.get(key);

    await one.query(QUERY, { maxAge: 0 });

    while ((await redis.client.get(key)) === before) await new Promise((resolve) => setTimeout(resolve, 5));
    const third = await join();
    expect((await third.query(QUERY)).data).toMatchObject({ customer: { pointsBalance: { mainPoints: '1.000' } } });
    // The other one still has what it read itself, and it is fresh; asked for something newer it finds it without a call.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const made = calls();
    expect((await other.query(QUERY, { maxAge: 1 })).data).toBeDefined();
    expect(calls()).toBeLessThanOrEqual(made + 1);
  });

  it('give the newest stale answer that any of them has', async () => {
    const [first, second] = await Promise.all([join({ CACHE_FRESH_SECONDS: '0' }), join({ CACHE_FRESH_SECONDS: '0' })]);
    await first.query(QUERY);
    const [key = ''] = await written(1);
    const before = await redis.client.get(key);
    platform.answer(BALANCE, json(balanceBody('7', { mainPoints: '1.000' })));
    // Two gateways read the shared clock to within what a question to Redis takes.
    await new Promise((resolve) => setTimeout(resolve, 500));
    while ((await redis.client.get(key)) === before) await second.query(QUERY);
    platform.answer(BALANCE, json({}, 500));

    const { data } = await first.query(QUERY);

    const stale = { mainPoints: '1.000', freshness: { stale: true } };
    expect(data).toMatchObject({ customer: { pointsBalance: stale } });
  });

  it('make one call for a thousand concurrent identical reads, over all of them', async () => {
    const { answer, release } = held(balanceOfPath);
    platform.answer(BALANCE, answer);
    const asking = Array.from({ length: 1000 }, (_, index) => (index % 2 === 0 ? one : other).query(QUERY));
    await platform.seen(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    release();

    const answers = await Promise.all(asking);

    const read = { customer: { pointsBalance: { entityId: '7', mainPoints: '8500.000' } } };
    for (const { data } of answers) expect(data).toMatchObject(read);
    expect(answers.every(({ errors }) => errors === undefined)).toBe(true);
    // Where Redis was too slow for a moment, on a busy machine, there was no lease to be had.
    const metrics = await Promise.all([one, other].map(metricsOf));
    const without = metrics.flatMap((each) =>
      ['failed', 'skipped'].map((outcome) =>
        each.get(`loyalty_graph_redis_commands_total{command="lease",outcome="${outcome}"}`),
      ),
    );
    const missed = without.reduce<number>((sum, count) => sum + (count ?? 0), 0);
    expect(calls()).toBeGreaterThan(0);
    expect(calls()).toBeLessThanOrEqual(1 + missed);
  });

  it('do not wait for one that died with the lease', async () => {
    const { answer } = held(balanceOfPath);
    platform.answer(BALANCE, answer);
    const [holder, waiter] = await Promise.all([join(), join({ REQUEST_DEADLINE_MS: '2000' })]);
    void holder.query(QUERY).catch(() => undefined);
    await platform.seen(1);
    platform.answer(BALANCE, balanceOfPath);

    const { data, errors } = await waiter.query(QUERY);

    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ customer: { pointsBalance: { mainPoints: '8500.000' } } });
    expect(calls()).toBe(2);
  });

  it('believe one of them that there is no such customer', async () => {
    platform.answer(BALANCE, businessError(8015));
    await one.query(QUERY);
    await written(1);

    const { errors } = await other.query(QUERY);

    expect(errors).toMatchObject([{ extensions: { code: 'CUSTOMER_NOT_FOUND', platformCode: 8015 } }]);
    expect(calls()).toBe(1);
  });

  it('ask for themselves when what is in Redis was written by somebody else', async () => {
    await one.query(QUERY);
    const [key = ''] = await written(1);
    await redis.client.set(key, '1.{"kind":"answer","answer":{"entityId":"7","mainPoints":"1000000.000"}}');

    const { data } = await other.query(QUERY);

    expect(data).toMatchObject({ customer: { pointsBalance: { mainPoints: '8500.000' } } });
    expect(calls()).toBe(2);
  });

  it('never give one customer what was kept for another, though the values are swapped in Redis', async () => {
    await one.query(QUERY, { id: '7' });
    const [seven = ''] = await written(1);
    await one.query(QUERY, { id: '8' });
    const eight = (await written(2)).find((key) => key !== seven) ?? '';
    await redis.client.copy(seven, eight, 'REPLACE');

    const { data } = await other.query(QUERY, { id: '8' });

    expect(data).toMatchObject({ customer: { pointsBalance: { entityId: '8' } } });
  });

  it('know a document by its hash that a client has registered with one of them', async () => {
    const query = '{ __typename }';
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    expect((await post(other.url, { extensions })).errors).toMatchObject([
      { extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } },
    ]);
    await post(one.url, { query, extensions });
    await written(1);

    const { data, errors } = await post(other.url, { extensions });

    expect(errors).toBeUndefined();
    expect(data).toEqual({ __typename: 'Query' });
  });

  it('share nothing with a gateway of another credential', async () => {
    await one.query(QUERY);
    await written(1);

    const stranger = await join({ ...OAUTH, CAPILLARY_CLIENT_SECRET: 'another secret' });
    await stranger.query(QUERY);

    expect(calls()).toBe(2);
  });

  it('keep no identifier in Redis, neither in keys nor in values', async () => {
    await one.query(EVERYTHING);
    platform.answer('/v2/customers/lookup', json('{"entity": 565039505, "warnings": [], "errors": []}'));
    await one.query(BY_MOBILE);
    await written(4);

    const keys = await redis.client.keys('*');
    const values = await Promise.all(
      keys.map(async (key) => ((await redis.client.type(key)) === 'string' ? redis.client.get(key) : '')),
    );
    const dump = JSON.stringify([keys, values]);
    for (const canary of [
      '9007199254740993',
      '919999000001',
      '565039505',
      'EX-1',
      'test-key',
      'test-secret',
      'token-1',
    ]) {
      expect(dump).not.toContain(canary);
    }
  });

  it('never make more calls together than the key has, and say when to come back', async () => {
    const env = { CAPILLARY_REQUESTS_PER_MINUTE: '8', REPLICAS: '2', REQUEST_DEADLINE_MS: '3000' };
    const [third, fourth] = await Promise.all([join(env), join(env)]);
    await redis.client.flushall();

    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 === 0 ? third : fourth).query(QUERY, { id: String(100 + index) }),
      ),
    );

    const refused = answers.flatMap(({ errors }) => errors ?? []);
    expect(calls() + platform.tokenRequests.length).toBeLessThanOrEqual(8);
    expect(refused.length).toBeGreaterThanOrEqual(32);
    for (const { extensions } of refused) {
      expect(extensions).toMatchObject({ code: 'PLATFORM_QUOTA_SPENT', retryable: true });
      expect(extensions['retryAfterMs']).toBeGreaterThan(0);
    }
  });

  it('are all kept out when the platform refuses one of them for the quota', async () => {
    platform.answer(LEDGER_PATH, json({}, 429, { 'retry-after': '60' }));
    await one.query('{ customer(id: "7") { ledgerBalance { totalEntries } } }');
    const made = calls();
    await new Promise((resolve) => setTimeout(resolve, 50));

    const { errors } = await other.query(QUERY, { id: '12' });

    expect(errors).toMatchObject([{ extensions: { code: 'PLATFORM_QUOTA_SPENT' } }]);
    expect(errors?.[0]?.extensions['retryAfterMs']).toBeGreaterThan(50_000);
    expect(calls()).toBe(made);
  });
});
