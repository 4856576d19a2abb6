import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { answerEverything } from '../support/faultAnswers.ts';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import { json, startFakePlatform, type FakePlatform } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { freePort } from '../support/ports.ts';

jest.setTimeout(60_000); // Twelve hundred reads, on a busy machine.

const QUERY = `query ($id: ID!) { customer(id: $id) { id externalId
  pointsBalance { entityId mainPoints freshness { stale } }
  ledgerBalance { nodes { closingBalance } freshness { stale } }
} }`;
const IDS = Array.from({ length: 60 }, (_, index) => String(1000 + index));

const isStale = (data: unknown) =>
  (data as { customer: { pointsBalance: { freshness: { stale: boolean } } | null } }).customer.pointsBalance?.freshness
    .stale === true;

describe('while the platform is stopped', () => {
  let clock: FakeClock;
  let platform: FakePlatform;
  let gateway: TestGateway;
  beforeEach(async () => {
    clock = fakeClock();
    platform = await startFakePlatform(await freePort()); // Nobody else's once it is stopped.
    answerEverything(platform);
    gateway = await startGateway({ clock, platform, env: { CACHE_FRESH_SECONDS: '15', CACHE_STALE_SECONDS: '600' } });
    for (const id of IDS) expect((await gateway.query(QUERY, { id })).errors).toBeUndefined();
    await platform.close();
  });
  afterEach(() => gateway.close());

  it('every key read in the last CACHE_STALE_SECONDS is answered, with its own data, marked stale', async () => {
    clock.advance(599_000);

    for (const id of IDS) {
      const { data, errors } = await gateway.query(QUERY, { id });
      expect(errors).toBeUndefined();
      expect(data).toEqual({
        customer: {
          id,
          externalId: 'EX-1',
          pointsBalance: { entityId: id, mainPoints: '8500.000', freshness: { stale: true } },
          ledgerBalance: { nodes: [{ closingBalance: '1.000' }], freshness: { stale: true } },
        },
      });
    }
  });

  it('every such key is answered though whole answers were remembered too: what is over takes no room', async () => {
    const narrow = await startGateway({
      clock,
      env: { CACHE_FRESH_SECONDS: '15', CACHE_STALE_SECONDS: '600', CACHE_MAX_MEGABYTES: '1' },
    });
    answerEverything(narrow.platform);
    const ids = Array.from({ length: 1200 }, (_, index) => String(2000 + index));
    const ask = (id: string) =>
      narrow.query('query ($id: ID!) { customer(id: $id) { pointsBalance { freshness { stale } } } }', { id });
    for (const id of ids) {
      expect((await ask(id)).errors).toBeUndefined();
      clock.advance(400);
    }
    narrow.platform.answer(/./, json({}, 503));
    clock.advance(15_000);

    const shown = await Promise.all(ids.map(async (id) => (await ask(id)).data));
    await narrow.close();

    expect(shown.filter((data) => !isStale(data))).toEqual([]);
  });

  it('what is older, and what was never read, fails and says so', async () => {
    clock.advance(601_000);

    for (const id of [...IDS.slice(0, 3), '5000']) {
      const { data, errors = [] } = await gateway.query(QUERY, { id });
      expect(data).toMatchObject({ customer: { id, pointsBalance: null, ledgerBalance: null } });
      expect(errors.map(({ extensions }) => extensions['code'])).toEqual(
        Array.from(errors, () => 'PLATFORM_UNAVAILABLE'),
      );
      expect(errors).toHaveLength(3);
    }
  });
});
