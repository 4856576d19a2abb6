import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import { answerEverything, BALANCE_PATHS, balanceOfRequest, held, htmlPage } from '../support/faultAnswers.ts';
import { businessError, LEDGER_PATH } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const BALANCE = 'query ($id: ID! = "7") { customer(id: $id) { pointsBalance { mainPoints } } }';
const BOTH = '{ customer(id: "7") { pointsBalance { mainPoints } ledgerBalance { totalEntries } } }';

describe('cache-control', () => {
  let gateway: TestGateway;
  let clock: FakeClock;
  beforeEach(async () => {
    clock = fakeClock();
    gateway = await startGateway({ clock, env: { CACHE_FRESH_SECONDS: '15', CACHE_STALE_SECONDS: '600' } });
    answerEverything(gateway.platform);
  });
  afterEach(() => gateway.close());

  const saidOf = async (query: string, variables: object = {}, headers: Readonly<Record<string, string>> = {}) =>
    (await gateway.query(query, variables, headers)).headers.get('cache-control');

  it('is private, with the whole seconds until the answer is no longer fresh', async () => {
    expect(await saidOf(BALANCE)).toBe('private, max-age=15');
    clock.advance(4200);
    expect(await saidOf(BALANCE)).toBe('private, max-age=10');
    clock.advance(9800);
    expect(await saidOf(BALANCE)).toBe('private, max-age=1');
  });

  it('is no-store when less than a second is left', async () => {
    await gateway.query(BALANCE);
    clock.advance(14_001);

    expect(await saidOf(BALANCE)).toBe('no-store');
    expect(gateway.platform.requests).toHaveLength(1);
  });

  it('is as short as for the oldest part of the answer', async () => {
    await gateway.query(BALANCE);
    clock.advance(6000);

    expect(await saidOf(BOTH)).toBe('private, max-age=9');
  });

  it('promises no more than is left when other parts took their time', async () => {
    await gateway.query(BALANCE);
    const ledger = held(businessError(11003));
    gateway.platform.answer(LEDGER_PATH, ledger.answer);
    const answer = saidOf(BOTH);
    await gateway.platform.seen(2);
    clock.advance(1000);
    ledger.release();

    expect(await answer).toBe('private, max-age=14');
  });

  it('is said to who joins the read of another operation too', async () => {
    const balance = held(balanceOfRequest);
    gateway.platform.answer(BALANCE_PATHS, balance.answer);
    const both = [saidOf(BALANCE), saidOf(BALANCE)];
    await gateway.platform.seen(1);
    balance.release();

    expect(await Promise.all(both)).toEqual(['private, max-age=15', 'private, max-age=15']);
  });

  it('is said by GET too, where caches look for it', async () => {
    const { headers } = await fetch(`${gateway.url}?query=${encodeURIComponent(BALANCE)}`, {
      headers: { 'apollo-require-preflight': '1' },
    });

    expect(headers.get('cache-control')).toBe('private, max-age=15');
  });

  it('is no-store for an answer with a stale part', async () => {
    await gateway.query(BOTH);
    clock.advance(20_000);
    gateway.platform.answer(LEDGER_PATH, htmlPage(503));

    expect(await saidOf(BOTH)).toBe('no-store');
  });

  it.each<[string, string, object?, Record<string, string>?]>([
    [
      'an error beside data',
      '{ a: customer(id: "7") { pointsBalance { mainPoints } } b: customer(id: "8") { pointsBalance { mainPoints } } }',
    ],
    ['an error alone', BALANCE, { id: '8' }],
    ['an answer for which nothing was read', '{ customer(id: "7") { id } }'],
    ['an answer about the graph', '{ __typename }'],
    ['a read under an age of its own', '{ customer(id: "7") { pointsBalance(maxAge: 60) { mainPoints } } }'],
    ['a read that must be new', '{ customer(id: "7") { pointsBalance(maxAge: 0) { mainPoints } } }'],
    [
      'an age of its own in one of several parts, in a variable',
      'query ($age: Int) { customer(id: "7") { pointsBalance { mainPoints } ledgerBalance(maxAge: $age) { totalEntries } } }',
      { age: 600 },
    ],
    ['an answer that explains what it cost', BALANCE, {}, { 'x-explain': 'platform' }],
    ['an operation that is refused', '{ customer(id: "x") { id } }'],
    ['a document that is none', '{'],
    ['a request that is refused', BALANCE, {}, { 'x-deadline-ms': 'junk' }],
  ])('is no-store for %s', async (_what, query, ...[variables, headers]) => {
    gateway.platform.answer('/v2/customers/8/points/balance', businessError(8015));

    expect(await saidOf(query, variables, headers)).toBe('no-store');
  });

  it('takes an age that is not given for none', async () => {
    const query = 'query ($age: Int) { customer(id: "7") { pointsBalance(maxAge: $age) { mainPoints } } }';

    expect(await saidOf(query)).toBe('private, max-age=15');
    expect(await saidOf(query, { age: null })).toBe('private, max-age=15');
  });

  it('is no-store where nothing is kept', async () => {
    const forgetful = await startGateway({ clock, env: { CACHE_FRESH_SECONDS: '0', CACHE_STALE_SECONDS: '600' } });
    answerEverything(forgetful.platform);
    const { headers } = await forgetful.query(BALANCE);
    await forgetful.close();

    expect(headers.get('cache-control')).toBe('no-store');
  });

  it.each<[string, string, Record<string, string>?]>([
    ['an answer', BALANCE],
    ['a refusal', '{'],
    ['an answer to a page of another origin', BALANCE, { origin: 'https://evil.example' }],
  ])('goes with a vary that names all that %s hangs on', async (_what, query, ...[headers]) => {
    const { headers: answered } = await gateway.query(query, {}, headers);

    const vary = (answered.get('vary') ?? '').toLowerCase().split(/, */);
    expect(vary).toEqual(expect.arrayContaining(['origin', 'authorization', 'accept', 'x-explain']));
  });
});
