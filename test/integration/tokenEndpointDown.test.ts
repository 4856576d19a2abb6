import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import { answerEverything, htmlPage, scriptTokens } from '../support/faultAnswers.ts';
import { json, stall, tokenBody, type Answer } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const TTL_SECONDS = 300;
const QUERY = 'query ($id: ID!) { customer(id: $id) { pointsBalance { mainPoints freshness { stale } } } }';
const SHOWN_STALE = { customer: { pointsBalance: { mainPoints: '8500.000', freshness: { stale: true } } } };

const FAULTS: readonly (readonly [string, Answer, string])[] = [
  ['is down', htmlPage(503), 'PLATFORM_UNAVAILABLE'],
  ['breaks off', (_request, response) => void response.socket?.destroy(), 'PLATFORM_UNAVAILABLE'],
  ['says that the quota is spent', htmlPage(429), 'PLATFORM_QUOTA_SPENT'],
  ['refuses the client', json({ data: null, errors: [{ code: 320001 }] }), 'PLATFORM_DENIED'],
  ['answers nonsense', htmlPage(200), 'PLATFORM_BAD_RESPONSE'],
];

describe('a token endpoint that', () => {
  let gateway: TestGateway;
  let clock: FakeClock;
  beforeEach(async () => {
    clock = fakeClock();
    gateway = await startGateway({ clock, env: { CACHE_FRESH_SECONDS: '15', CACHE_STALE_SECONDS: '600' } });
    answerEverything(gateway.platform);
  });
  afterEach(() => gateway.close());

  const ask = (id: string) => gateway.query(QUERY, { id });
  const signIns = () => gateway.platform.tokenRequests.length;

  it.each(FAULTS)('%s costs nothing while the token lives', async (_what, fault) => {
    const script = scriptTokens(gateway.platform, json(tokenBody('token-1', TTL_SECONDS)), fault);
    await ask('1');
    clock.advance(1000 * TTL_SECONDS * 0.8);
    expect((await ask('2')).errors).toBeUndefined();
    await script.arrived(2);
  });

  it.each(FAULTS)(
    '%s lets what was read be shown stale once the token has expired, and fails the rest',
    async (_what, fault, code) => {
      scriptTokens(gateway.platform, json(tokenBody('token-1', TTL_SECONDS)), fault);
      await ask('1');
      clock.advance(1000 * TTL_SECONDS);

      expect(await ask('1')).toMatchObject({ data: SHOWN_STALE, errors: undefined });
      expect(await ask('2')).toMatchObject({
        data: { customer: { pointsBalance: null } },
        errors: [{ extensions: { code } }],
      });
      expect(gateway.platform.requests).toHaveLength(1);
    },
  );

  it.each(FAULTS)('%s is asked by one of two hundred, and not again within a second', async (_what, fault) => {
    scriptTokens(gateway.platform, json(tokenBody('token-1', TTL_SECONDS)), fault);
    await ask('1');
    clock.advance(1000 * TTL_SECONDS);

    await Promise.all(Array.from({ length: 100 }, (_, index) => ask(String(1000 + index))));
    clock.advance(900);
    await Promise.all(Array.from({ length: 100 }, (_, index) => ask(String(2000 + index))));

    expect(signIns()).toBe(2);
  });

  it('is down is not asked each second while the token lives: each time is a call of the quota', async () => {
    scriptTokens(gateway.platform, json(tokenBody('token-1', TTL_SECONDS)), htmlPage(503));
    await ask('1');
    clock.advance(1000 * TTL_SECONDS * 0.8);
    for (let second = 0; second < 0.2 * TTL_SECONDS; second += 1) {
      expect((await ask(String(1000 + second))).errors).toBeUndefined();
      await allIn();
      clock.advance(1000);
    }

    expect(signIns()).toBeGreaterThan(2);
    expect(signIns()).toBeLessThanOrEqual(7);
  });

  it('never answers is asked by one, and what was read is shown stale at the deadline', async () => {
    const script = scriptTokens(gateway.platform, json(tokenBody('token-1', TTL_SECONDS)), stall);
    await ask('1');
    clock.advance(1000 * TTL_SECONDS);
    const waiting = Array.from({ length: 50 }, () => ask('1'));
    await script.arrived(2);
    await allIn();
    clock.advance(3000);

    for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ data: SHOWN_STALE });
    expect(signIns()).toBe(2);
  });

  /** By its end all that was sent before has come in. */
  async function allIn(): Promise<void> {
    for (let each = 0; each < 5; each += 1) await gateway.query('{ __typename }');
  }

  it('is back serves all again', async () => {
    scriptTokens(gateway.platform, json(tokenBody('token-1', TTL_SECONDS)), htmlPage(503), json(tokenBody('token-2')));
    await ask('1');
    clock.advance(1000 * TTL_SECONDS);
    await ask('2');
    clock.advance(1000);

    expect((await ask('2')).errors).toBeUndefined();
    expect(gateway.platform.requests.at(-1)?.headers['x-cap-api-oauth-token']).toBe('token-2');
  });
});
