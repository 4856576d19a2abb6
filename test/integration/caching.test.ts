import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  balanceBody,
  balanceOfPath,
  businessError,
  json,
  LEDGER_PATH,
  ledgerBody,
  onceSeen,
  row,
  stall,
  text,
} from '../support/fakePlatform.ts';
import { fakeClock, START_MS, type FakeClock } from '../support/fakeClock.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { startIssuer } from '../support/tokens.ts';

const BALANCE = /points\/balance$/;
const QUERY = `query ($id: ID! = "7", $maxAge: Int) { customer(id: $id) {
  pointsBalance(maxAge: $maxAge) { mainPoints freshness { readAt stale } }
} }`;

interface Shown {
  readonly mainPoints: string;
  readonly freshness: { readonly readAt: string; readonly stale: boolean };
}

describe('an answer', () => {
  let clock: FakeClock;
  let gateway: TestGateway;
  beforeEach(async () => {
    clock = fakeClock();
    gateway = await startGateway({ clock, env: { CACHE_FRESH_SECONDS: '15', CACHE_STALE_SECONDS: '600' } });
    gateway.platform.answer(BALANCE, balanceOfPath);
  });
  afterEach(() => gateway.close());

  const calls = () => gateway.platform.requests.length;
  const ask = async (variables: object = {}) => {
    const { data, errors } = await gateway.query(QUERY, variables);
    const shown = (data as { customer: { pointsBalance: Shown | null } }).customer.pointsBalance;
    return {
      ...shown,
      stale: shown?.freshness.stale,
      readAt: shown?.freshness.readAt,
      code: errors?.[0]?.extensions['code'],
    };
  };
  const at = (seconds: number) => new Date(START_MS + 1000 * seconds).toISOString();

  it('is fresh for CACHE_FRESH_SECONDS, and costs no call; then the platform is asked', async () => {
    await ask();
    clock.advance(14_999);
    expect(await ask()).toMatchObject({ stale: false, readAt: at(0) });
    expect(calls()).toBe(1);

    clock.advance(1);

    expect(await ask()).toMatchObject({ stale: false, readAt: at(15) });
    expect(calls()).toBe(2);
  });

  it('is taken up to maxAge seconds old, more or less than what is fresh', async () => {
    await ask();
    clock.advance(10_000);
    await ask({ maxAge: 11 });
    expect(calls()).toBe(1);
    expect(await ask({ maxAge: 10 })).toMatchObject({ readAt: at(10) });
    expect(calls()).toBe(2);
    clock.advance(100_000);

    expect(await ask({ maxAge: 200 })).toMatchObject({ readAt: at(10), stale: false });
    expect(calls()).toBe(2);
  });

  it('asked for with maxAge 0 is read now, and is fresh for everybody', async () => {
    await ask();
    gateway.platform.answer('/v2/customers/7/points/balance', json(balanceBody('7', { mainPoints: '1.000' })));

    expect(await ask({ maxAge: 0 })).toMatchObject({ mainPoints: '1.000' });
    expect(await ask()).toMatchObject({ mainPoints: '1.000' });
    expect(calls()).toBe(2);
  });

  it('asked for twice in one operation is read under the stricter maxAge', async () => {
    await ask();
    clock.advance(5000);
    const { data } = await gateway.query(
      '{ customer(id: "7") { a: pointsBalance { freshness { readAt } } b: pointsBalance(maxAge: 0) { freshness { readAt } } } }',
    );

    const readAt = { freshness: { readAt: at(5) } };
    expect(data).toEqual({ customer: { a: readAt, b: readAt } });
    expect(calls()).toBe(2);
  });

  it.each([
    ['is down', json({}, 500)],
    ['is gone', (_request: unknown, response: { destroy(): void }) => response.destroy()],
    ['refuses us', text('<html>', 'text/html', 403)],
    ['answers nonsense', text('<html>', 'text/html')],
    ['answers for somebody else', json(balanceBody('8'))],
  ] as const)(
    'is given stale, and says so, while the platform %s; not after CACHE_STALE_SECONDS',
    async (_what, failing) => {
      await ask();
      gateway.platform.answer(BALANCE, failing);
      clock.advance(599_999);
      expect(await ask()).toMatchObject({ mainPoints: '8500.000', stale: true, readAt: at(0), code: undefined });

      clock.advance(1);

      expect((await ask()).code).toMatch(/^PLATFORM_/);
    },
  );

  it('is given stale while the quota is spent, as soon as that is known', async () => {
    await ask();
    gateway.platform.answer(BALANCE, json({}, 429, { 'retry-after': '60' }));
    clock.advance(20_000);

    expect(await ask()).toMatchObject({ stale: true, readAt: at(0) });
    expect(await ask()).toMatchObject({ stale: true, readAt: at(0) });
    expect(await ask({ id: '9' })).toMatchObject({ code: 'PLATFORM_QUOTA_SPENT' });
    expect(calls()).toBe(2);
  });

  it('is given stale at the deadline when the platform does not answer', async () => {
    await ask();
    clock.advance(20_000);
    gateway.platform.answer(BALANCE, stall);
    const answer = ask();
    await gateway.platform.seen(2);
    clock.advance(3000);

    expect(await answer).toMatchObject({ stale: true, readAt: at(0) });
  });

  it('is not kept when it was an error, but for a few seconds that nobody is there', async () => {
    gateway.platform.answer(BALANCE, businessError(885));
    await ask();
    await ask();
    expect(calls()).toBe(2);
    gateway.platform.answer(BALANCE, businessError(8015));
    expect(await ask()).toMatchObject({ code: 'CUSTOMER_NOT_FOUND' });
    clock.advance(4999);
    expect(await ask()).toMatchObject({ code: 'CUSTOMER_NOT_FOUND' });
    expect(calls()).toBe(3);
    gateway.platform.answer(BALANCE, balanceOfPath);

    expect(await ask({ maxAge: 0 })).toMatchObject({ mainPoints: '8500.000' });
  });

  it('that was asked for earlier and comes later does not take the place of a newer one', async () => {
    const held: (() => void)[] = [];
    gateway.platform.answer(BALANCE, (request, response) => {
      held.push(() => json(balanceBody('7', { mainPoints: '100.000' }))(request, response));
    });
    const slow = ask();
    await gateway.platform.seen(1);
    clock.advance(100);
    gateway.platform.answer(BALANCE, json(balanceBody('7', { mainPoints: '0.000' })));
    expect(await ask({ maxAge: 0 })).toMatchObject({ mainPoints: '0.000' });
    held.forEach((release) => release());
    await slow;

    expect(await ask()).toMatchObject({ mainPoints: '0.000' });
    expect(calls()).toBe(2);
  });

  it('is not asked for again of a platform that hangs: its breaker opens', async () => {
    gateway.platform.answer(BALANCE, stall);
    let asked = 0;
    for (let round = 0; round < 4; round += 1) {
      const answers = Array.from({ length: 10 }, (_, index) => ask({ id: String(100 + 10 * round + index) }));
      if (round < 2) await gateway.platform.seen((asked += 10));
      for (let step = 0; step < 30; step += 1) {
        clock.advance(100);
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (const { code } of await Promise.all(answers)) expect(code).toMatch(/^PLATFORM_(TIMEOUT|UNAVAILABLE)$/);
    }

    expect(calls()).toBeLessThan(40);
    expect(await ask({ id: '999' })).toMatchObject({ code: 'PLATFORM_UNAVAILABLE' });
  });

  it('of a ledger is as old as its oldest page', async () => {
    gateway.platform.answer(LEDGER_PATH, (request, response) => {
      const page = Number(request.params['offset']);
      json(ledgerBody({ userId: '7', rows: [row(page)], page, pageCount: 2 }))(request, response);
    });
    const query = (first: number) =>
      gateway.query(`{ customer(id: "7") { ledgerBalance(first: ${first}) { freshness { readAt stale } } } }`);
    await query(1);
    clock.advance(5000);

    const { data } = await query(2);

    expect(data).toEqual({ customer: { ledgerBalance: { freshness: { readAt: at(0), stale: false } } } });
    expect(calls()).toBe(2);
  });

  it('read for one caller is refused another all the same', async () => {
    const issuer = await startIssuer();
    const guarded = await startGateway({ env: { ...issuer.env, CACHE_FRESH_SECONDS: '15' } });
    try {
      guarded.platform.answer(BALANCE, balanceOfPath);
      const first = await guarded.query(QUERY, {}, await issuer.authorization({ sub: '7' }));
      const second = await guarded.query(QUERY, {}, await issuer.authorization({ sub: '8' }));

      expect(first.errors).toBeUndefined();
      expect(second).toMatchObject({ data: { customer: null }, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    } finally {
      await guarded.close();
      await issuer.close();
    }
  });

  describe('that many ask for at once', () => {
    /** By then, what was sent before has come in. */
    const roundTrips = async () => {
      for (let each = 0; each < 5; each += 1) await gateway.query('{ __typename }');
    };

    it('is read once for a thousand operations', async () => {
      gateway.platform.answer(BALANCE, onceSeen(gateway.platform, 1, balanceOfPath));

      const answers = await Promise.all(Array.from({ length: 1000 }, () => ask()));

      expect(new Set(answers.map(({ mainPoints }) => mainPoints))).toEqual(new Set(['8500.000']));
      expect(calls()).toBe(1);
    }, 30_000);

    it('reaches the others though one of them leaves', async () => {
      const held: (() => void)[] = [];
      gateway.platform.answer(BALANCE, (request, response) => {
        held.push(() => balanceOfPath(request, response));
      });
      const leaver = new AbortController();
      const body = JSON.stringify({ query: QUERY });
      const headers = { 'content-type': 'application/json' };
      const left = fetch(gateway.url, { method: 'POST', headers, body, signal: leaver.signal });
      await gateway.platform.seen(1);
      const stayed = ask();
      await roundTrips();
      leaver.abort();
      await expect(left).rejects.toThrow();
      // Whoever comes now joins as well: the read is still under way.
      const joined = ask();
      await roundTrips();
      held.forEach((release) => release());

      expect((await stayed).mainPoints).toBe('8500.000');
      expect((await joined).mainPoints).toBe('8500.000');
      expect(calls()).toBe(1);
    });
  });
});
