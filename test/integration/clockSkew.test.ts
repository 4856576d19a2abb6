import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock, type Clock } from '../../src/domain/clock.ts';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import { answerEverything, scriptTokens } from '../support/faultAnswers.ts';
import { balanceOfPath, json, tokenBody } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { startIssuer, type Issuer } from '../support/tokens.ts';

const FIVE_MINUTES_MS = 300_000;
const QUERY = '{ customer(id: "7") { pointsBalance { mainPoints } } }';

/** A clock whose wall side somebody sets; its monotonic side goes on as it does. */
function withWallClock<Of extends Clock>(clock: Of): { readonly clock: Of; setBy: (ms: number) => void } {
  let offsetMs = 0;
  return { clock: { ...clock, now: () => clock.now() + offsetMs }, setBy: (ms) => (offsetMs += ms) };
}

describe.each([
  ['ahead', FIVE_MINUTES_MS],
  ['back', -FIVE_MINUTES_MS],
])('a wall clock that is set five minutes %s', (_way, byMs) => {
  let gateway: TestGateway;
  let steady: FakeClock;
  let wall: ReturnType<typeof withWallClock<FakeClock>>;
  beforeEach(async () => {
    steady = fakeClock();
    wall = withWallClock(steady);
    gateway = await startGateway({
      clock: wall.clock,
      env: { CACHE_FRESH_SECONDS: '15', CACHE_STALE_SECONDS: '600', CAPILLARY_REQUESTS_PER_MINUTE: '20' },
    });
    answerEverything(gateway.platform);
  });
  afterEach(() => gateway.close());

  it('makes no token older or younger', async () => {
    scriptTokens(gateway.platform, json(tokenBody('token-1', 300)), json(tokenBody('token-2', 300)));
    await gateway.query(QUERY);
    wall.setBy(byMs);
    steady.advance(239_999);
    await gateway.query(QUERY);
    expect(gateway.platform.tokenRequests).toHaveLength(1);
    steady.advance(61_001);
    await gateway.query(QUERY);

    expect(gateway.platform.requests.at(-1)?.headers['x-cap-api-oauth-token']).toBe('token-2');
  });

  it('makes no answer older or younger', async () => {
    await gateway.query(QUERY);
    wall.setBy(byMs);
    steady.advance(14_999);
    expect((await gateway.query(QUERY)).headers.get('cache-control')).toBe('no-store'); // A millisecond is left.
    expect(gateway.platform.requests).toHaveLength(1);
    steady.advance(1);
    await gateway.query(QUERY);

    expect(gateway.platform.requests).toHaveLength(2);
  });

  it('gives the quota back no sooner', async () => {
    const ask = async (id: number) => {
      const { errors } = await gateway.query(`{ customer(id: "${id}") { pointsBalance { mainPoints } } }`);
      return errors?.[0]?.extensions['code'];
    };
    const codes: unknown[] = [];
    while (codes.length < 30 && codes.at(-1) === undefined) codes.push(await ask(1000 + codes.length));
    expect(codes.at(-1)).toBe('PLATFORM_QUOTA_SPENT');
    wall.setBy(byMs);

    expect(await ask(2000)).toBe('PLATFORM_QUOTA_SPENT');
  });
});

describe("a caller's token under a wall clock that differs from its issuer's", () => {
  let issuer: Issuer;
  beforeEach(async () => {
    issuer = await startIssuer();
  });
  afterEach(() => issuer.close());

  const askAt = async (skewMs: number) => {
    const wall = withWallClock(systemClock);
    const gateway = await startGateway({ clock: wall.clock, env: issuer.env });
    gateway.platform.answer(/points\/balance$/, balanceOfPath);
    const nbf = Math.floor(Date.now() / 1000);
    const headers = await issuer.authorization({ sub: '7', nbf, exp: nbf + 30 });
    wall.setBy(skewMs);
    const { status } = await gateway.query(QUERY, {}, headers);
    await gateway.close();
    return status;
  };

  it.each([
    ['on time', 0, 200],
    ['ahead by less than its life', 20_000, 200],
    ['far ahead: it has long expired', FIVE_MINUTES_MS, 401],
    ['ahead by its life and more than a minute', 30_000 + 61_000, 401],
    ['back by more than a minute: it does not count yet', -61_000, 401],
    ['far back', -FIVE_MINUTES_MS, 401],
  ])('is judged %s', async (_what, skewMs, status) => {
    expect(await askAt(skewMs)).toBe(status);
  });
});
