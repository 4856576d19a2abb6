import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { startFakePlatform, type FakePlatform } from '../support/fakePlatform.ts';
import { post, startGateway, type TestGateway } from '../support/gateway.ts';
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.ts';

jest.setTimeout(60_000);

describeWithRedis('documents that clients register, in a Redis that gateways share', () => {
  let redis: TestRedis;
  let platform: FakePlatform;
  let one: TestGateway;
  let other: TestGateway;
  beforeEach(async () => {
    redis = await startRedis();
    await redis.client.connect();
    platform = await startFakePlatform();
    const join = () => startGateway({ platform, env: { REDIS_URL: redis.url, REQUEST_DEADLINE_MS: '30000' } });
    [one, other] = await Promise.all([join(), join()]);
  });
  afterEach(async () => {
    await Promise.all([one, other].map((gateway) => gateway.close()));
    await platform.close();
    await redis.close();
  });

  const named = (query: string) => ({
    persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') },
  });
  const register = (query: string) => post(one.url, { query, extensions: named(query) });
  const found = async (gateway: TestGateway, query: string) =>
    (await post(gateway.url, { extensions: named(query) })).errors === undefined;
  /** Some seconds' work of somebody with a token; each is as long as a client's longest. */
  const flood = async (name: string) => {
    const documents = Array.from(
      { length: 150 },
      (_, index) => `query ${name}${index} { __typename }${' '.repeat(20_000)}`,
    );
    for (const document of documents) await register(document);
    return documents;
  };
  const keys = () => redis.client.keys('lg2:query:*');
  const bytes = async () => {
    const sizes = await Promise.all((await keys()).map((key) => redis.client.strlen(key)));
    return sizes.reduce((sum, size) => sum + size, 0);
  };

  it('are found by all, up to a megabyte an hour of each: no flood of them fills it', async () => {
    const documents = await flood('Flood');
    const [first = '', last = ''] = [documents[0], documents.at(-1)];

    expect(await bytes()).toBeGreaterThan(400_000);
    expect(await bytes()).toBeLessThan(1_000_000);
    expect([await found(other, first), await found(other, last)]).toEqual([true, false]);
    expect(await found(one, last)).toBe(true);
  });
});
