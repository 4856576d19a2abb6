import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { answerEverything } from '../support/faultAnswers.ts';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import { startFakePlatform, type FakePlatform } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const QUERY = `query ($id: ID!) { customer(id: $id) { id externalId
  pointsBalance { entityId mainPoints freshness { stale } }
  ledgerBalance { nodes { closingBalance } freshness { stale } }
} }`;
const IDS = Array.from({ length: 60 }, (_, index) => String(1000 + index));

describe('while the platform is stopped', () => {
  let clock: FakeClock;
  let platform: FakePlatform;
  let gateway: TestGateway;
  beforeEach(async () => {
    clock = fakeClock();
    platform = await startFakePlatform();
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
