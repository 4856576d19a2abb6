import { afterEach, describe, expect, it } from '@jest/globals';
import { fakeClock, START_MS, type FakeClock } from '../support/fakeClock.ts';
import { balanceBody, balanceOfPath, json, stall } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const BALANCE = /points\/balance$/;
const QUERY = `query ($id: ID! = "7") { customer(id: $id) { pointsBalance { mainPoints freshness { readAt stale } } } }`;

describe('an answer that is asked for often', () => {
  let clock: FakeClock;
  let gateway: TestGateway;
  afterEach(() => gateway.close());

  async function start(env: Readonly<Record<string, string>> = {}) {
    clock = fakeClock();
    gateway = await startGateway({ clock, env: { CACHE_FRESH_SECONDS: '15', CACHE_STALE_SECONDS: '600', ...env } });
    gateway.platform.answer(BALANCE, balanceOfPath);
  }
  const calls = () => gateway.platform.requests.length;
  const ask = async (id = '7') => {
    const { data, errors } = await gateway.query(QUERY, { id });
    const balance = (data as { customer: { pointsBalance: { freshness: object } | null } }).customer.pointsBalance;
    return { ...balance?.freshness, code: errors?.[0]?.extensions['code'] };
  };
  const askOften = async (id = '7') => {
    for (let count = 0; count < 4; count += 1) await ask(id);
  };
  const at = (seconds: number) => new Date(START_MS + 1000 * seconds).toISOString();
  /** Lets what goes on in the background come to its end. */
  const rest = () => new Promise((resolve) => setTimeout(resolve, 50));

  it('is read again before it grows old, once, and is fresh when the old one ends', async () => {
    await start();
    await askOften();
    clock.advance(12_500);

    expect(await ask()).toMatchObject({ readAt: at(0), stale: false });
    await gateway.platform.seen(2);
    await rest();
    await askOften();
    clock.advance(3000);

    expect(await ask()).toMatchObject({ readAt: at(12.5), stale: false });
    expect(calls()).toBe(2);
  });

  it('is left alone while it is young, and when hardly anybody asks', async () => {
    await start();
    await askOften();
    await ask('8');
    clock.advance(11_000);
    await askOften();
    await ask('8');
    clock.advance(2000);
    await ask('8');
    await rest();

    expect(calls()).toBe(2);
  });

  it('takes its turn where many grow old at once, and is given as it is until then', async () => {
    await start();
    const ids = ['101', '102', '103', '104'];
    for (const id of ids) await askOften(id);
    clock.advance(12_500);

    for (const id of ids) expect(await ask(id)).toMatchObject({ readAt: at(0), stale: false });
    await rest();
    const first = calls() - ids.length;
    clock.advance(10);
    for (const id of ids) expect(await ask(id)).toMatchObject({ stale: false });
    await rest();

    expect([first, calls() - ids.length]).toEqual([2, 4]);
  });

  it('is not read again at the cost of others: more than half of the quota is spent', async () => {
    await start({ CAPILLARY_REQUESTS_PER_MINUTE: '10' });
    await askOften();
    for (const id of ['11', '12', '13', '14', '15']) await ask(id);
    clock.advance(12_500);
    const before = calls();
    await ask();
    await rest();

    expect(calls()).toBe(before);
  });

  it.each([
    ['fails', json({}, 500)],
    ['is refused for the quota', json({}, 429, { 'retry-after': '1' })],
    ['is answered for somebody else', json(balanceBody('8'))],
  ] as const)('is given as it was when reading it again %s', async (_what, failing) => {
    await start();
    await askOften();
    clock.advance(12_500);
    gateway.platform.answer(BALANCE, failing);
    await ask();
    await gateway.platform.seen(2);
    await rest();

    expect(await ask()).toMatchObject({ readAt: at(0), stale: false, code: undefined });
  });

  it('keeps nobody waiting while it is read again, and those who come too late wait for that same call', async () => {
    await start();
    await askOften();
    clock.advance(12_500);
    gateway.platform.answer(BALANCE, stall);
    expect(await ask()).toMatchObject({ readAt: at(0), stale: false });
    await gateway.platform.seen(2);
    clock.advance(2500);
    const late = gateway.query(QUERY, {}, { 'x-explain': 'platform' });
    await rest();
    clock.advance(3000);

    const { data, text } = await late;
    expect(data).toMatchObject({ customer: { pointsBalance: { freshness: { readAt: at(0), stale: true } } } });
    expect(JSON.parse(text)).toMatchObject({ extensions: { platform: { made: 0, coalesced: 1, stale: 1 } } });
  });
});
