import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BREAKER_CALLS, codesOf, inTurn, readBalance } from '../support/breaking.ts';
import { fakeClock, START_MS, type FakeClock } from '../support/fakeClock.ts';
import { BALANCE_PATHS, balanceOfRequest, htmlPage, ledgerOfRequest } from '../support/faultAnswers.ts';
import { businessError, LEDGER_PATH, TOKEN_PATH, type Answer } from '../support/fakePlatform.ts';
import { startGateway, type GraphQLAnswer, type TestGateway, type TestGatewayOptions } from '../support/gateway.ts';
import { begun, pass, settled } from '../support/steps.ts';

let gateway: TestGateway;
let clock: FakeClock;
beforeEach(async () => {
  clock = fakeClock();
  gateway = await start();
});
afterEach(() => gateway.close());

async function start(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const started = await startGateway({ clock, ...options });
  started.platform.answer(BALANCE_PATHS, balanceOfRequest);
  started.platform.answer(LEDGER_PATH, ledgerOfRequest);
  return started;
}

const hits = () => gateway.platform.requests.length;
const readLedger = () => gateway.query('{ customer(id: 42) { ledgerBalance { totalEntries } } }');
const tooMany = (retryAfter?: string) => htmlPage(429, retryAfter === undefined ? {} : { 'retry-after': retryAfter });

function refuseOnce(...refusals: readonly [Answer, ...Answer[]]): void {
  gateway.platform.answer(BALANCE_PATHS, inTurn(...refusals, balanceOfRequest));
}

function expectSpent(answer: GraphQLAnswer, retryAfterMs: number, facts: object = {}): void {
  expect(answer.errors?.map(({ extensions }) => extensions)).toEqual([
    { code: 'PLATFORM_QUOTA_SPENT', retryable: true, retryAfterMs, ...facts },
  ]);
}

describe('429 with Retry-After 60, past the deadline', () => {
  beforeEach(() => refuseOnce(tooMany('60')));

  it('is not retried, and says when to come back', async () => {
    expectSpent(await readBalance(gateway), 60_000);
    expect(hits()).toBe(1);
  });

  it('closes the gate for everybody and every endpoint for 60 s: they are told at once, without a call', async () => {
    await readBalance(gateway);
    clock.advance(15_000);
    expectSpent(await readBalance(gateway, 43), 45_000);
    expectSpent(await readLedger(), 45_000);
    clock.advance(42_000 - 1);
    expectSpent(await readBalance(gateway, 44), 3001);
    expect(hits()).toBe(1);
  });

  it('lets those wait whose deadline is behind its end', async () => {
    await readBalance(gateway);
    clock.advance(58_000);
    const waiting = [begun(readBalance(gateway, 43)), begun(readLedger())];
    await pass(gateway, clock, 1999, 1999);
    expect(waiting.map(({ isOver }) => isOver)).toEqual([false, false]);
    expect(hits()).toBe(1);
    clock.advance(1);

    for (const { answer } of waiting) expect((await answer).errors).toBeUndefined();
    expect(hits()).toBe(3);
  });

  it('closes the gate for the sign-in too', async () => {
    await readBalance(gateway);
    clock.advance(59_000);
    const before = gateway.platform.tokenRequests.length;
    // A gateway that has no token yet, refused at its sign-in.
    const other = await start();
    other.platform.answer(TOKEN_PATH, tooMany('60'));
    expect(codesOf(await readBalance(other))).toEqual(['PLATFORM_QUOTA_SPENT']);
    clock.advance(10_000);
    expect(codesOf(await readBalance(other))).toEqual(['PLATFORM_QUOTA_SPENT']);

    expect(other.platform.tokenRequests).toHaveLength(1);
    expect(other.platform.requests).toEqual([]);
    expect(gateway.platform.tokenRequests).toHaveLength(before);
    await other.close();
  });
});

it('429 is answered with what was read before, marked stale, for who has it, and while it lasts without a call', async () => {
  await gateway.close();
  gateway = await start({ env: { CACHE_FRESH_SECONDS: '15', CACHE_STALE_SECONDS: '600' } });
  const query = '{ customer(id: 42) { pointsBalance { mainPoints freshness { stale } } } }';
  await gateway.query(query);
  refuseOnce(tooMany('60'));
  clock.advance(20_000);
  const stale = { customer: { pointsBalance: { mainPoints: '8500.000', freshness: { stale: true } } } };

  expect((await gateway.query(query)).data).toEqual(stale);
  clock.advance(50_000);
  expect((await gateway.query(query)).data).toEqual(stale);
  expect(hits()).toBe(2);
});

describe('429 with Retry-After 1', () => {
  it('is waited for by the gate, once for all, and not by each request', async () => {
    refuseOnce(tooMany('1'));
    expectSpent(await readBalance(gateway), 1000);
    const waiting = Array.from({ length: 10 }, (_, index) => begun(readBalance(gateway, 100 + index)));
    await pass(gateway, clock, 999, 333);
    expect(waiting.filter(({ isOver }) => isOver)).toEqual([]);
    expect(hits()).toBe(1);
    clock.advance(1);

    for (const { answer } of waiting) expect((await answer).errors).toBeUndefined();
    expect(hits()).toBe(11);
  });
});

describe('429 without Retry-After', () => {
  it('is not retried, and closes the gate for a second, and twice as long each time, until a call succeeds', async () => {
    refuseOnce(tooMany(), tooMany(), tooMany(), balanceOfRequest, tooMany());
    for (const backOffMs of [1000, 2000, 4000]) {
      const before = hits();
      expectSpent(await readBalance(gateway), backOffMs);
      expect(hits()).toBe(before + 1);
      clock.advance(backOffMs - 2);
      expectSpent(await readBalance(gateway, 43, { 'x-deadline-ms': '1' }), 2);
      clock.advance(2);
    }
    expect((await readBalance(gateway)).errors).toBeUndefined();

    expectSpent(await readBalance(gateway), 1000);
  });

  it('is backed off from with jitter, for else all gateways would come back together', async () => {
    await gateway.close();
    gateway = await start({ random: () => 0.25 });
    refuseOnce(tooMany());

    expectSpent(await readBalance(gateway), 1250);
  });

  it('to many that were under way together is one refusal, not many, and opens no breaker', async () => {
    gateway.platform.answer(BALANCE_PATHS, (request, response) => {
      void gateway.platform.seen(BREAKER_CALLS).then(() => tooMany()(request, response));
    });
    const many = Array.from({ length: BREAKER_CALLS }, (_, index) => readBalance(gateway, 100 + index));
    for (const answer of await Promise.all(many)) expectSpent(answer, 1000);
    gateway.platform.answer(BALANCE_PATHS, balanceOfRequest);
    clock.advance(1000);

    expect((await readBalance(gateway)).errors).toBeUndefined();
  });
});

describe('429 with a negative or junk Retry-After', () => {
  it.each(['-5', '0', 'soon', '1e3', '0x10', 'NaN', '99999999999999', '', new Date(START_MS - 5000).toUTCString()])(
    '%p is taken for none: no call for a second',
    async (retryAfter) => {
      refuseOnce(tooMany(retryAfter));
      expectSpent(await readBalance(gateway), 1000);
      const waiting = begun(readBalance(gateway, 43));
      await pass(gateway, clock, 999, 999);
      expect(hits()).toBe(1);
      clock.advance(1);

      expect((await waiting.answer).errors).toBeUndefined();
      expect(hits()).toBe(2);
    },
  );
});

describe.each<[string, Answer]>([
  ['517', htmlPage(517)],
  ['517 in the body', businessError(517)],
  ['429 in the body', businessError(429)],
])('a spent quota that is said with %s', (_what, refusal) => {
  it('closes the gate as well, without a retry', async () => {
    refuseOnce(refusal);

    expect(codesOf(await readBalance(gateway))).toEqual(['PLATFORM_QUOTA_SPENT']);
    expect(codesOf(await readBalance(gateway, 43, { 'x-deadline-ms': '999' }))).toEqual(['PLATFORM_QUOTA_SPENT']);
    await settled(gateway);
    expect(hits()).toBe(1);
  });
});
