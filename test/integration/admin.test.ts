import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import { answerEverything, BALANCE_PATHS, htmlPage, scriptTokens } from '../support/faultAnswers.ts';
import { json, stall } from '../support/fakePlatform.ts';
import { metricsOf, readinessOf } from '../support/admin.ts';
import { post, startGateway, type TestGateway } from '../support/gateway.ts';

const BALANCE = 'query ($id: ID! = "565039505") { customer(id: $id) { pointsBalance { mainPoints } } }';

let gateway: TestGateway;
let clock: FakeClock;
beforeEach(async () => {
  clock = fakeClock();
  gateway = await startGateway({ clock });
  answerEverything(gateway.platform);
});
afterEach(() => gateway.close());

const admin = (path: string, init?: RequestInit) => fetch(`${gateway.adminUrl}${path}`, init);
const readMany = async (count: number) => {
  for (let index = 0; index < count; index += 1) await gateway.query(BALANCE, { id: String(1000 + index) });
};

describe('the admin port', () => {
  it.each(['/livez', '/readyz', '/metrics'])('serves %s, which the public port does not', async (path) => {
    const here = await admin(path);
    const there = await fetch(new URL(path, gateway.url));

    expect(here.status).toBe(200);
    expect(here.headers.get('cache-control')).toBe('no-store');
    expect(there.status).toBe(404);
  });

  it.each(['/', '/graphql', '/livez/', '/metrics/x', '/../readyz/x', '/favicon.ico'])(
    'serves nothing else: %s',
    async (path) => {
      const response = await admin(path);

      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('is for reading: %s is refused', async (method) => {
    const response = await admin('/livez', { method });

    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] });
  });

  it.each(['/livez', '/readyz', '/metrics'])('answers HEAD of %s without a body', async (path) => {
    const response = await admin(path, { method: 'HEAD' });

    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });
});

describe('/livez', () => {
  it('is 200 whatever the platform does', async () => {
    gateway.platform.answer(/./, htmlPage(500));
    await readMany(30);

    expect((await admin('/livez')).status).toBe(200);
  });
});

describe('/readyz', () => {
  it('is ready when nothing is wrong', async () => {
    await readMany(3);

    expect(await readinessOf(gateway)).toEqual({ httpStatus: 200, status: 'ready', reasons: [] });
  });

  it('is degraded, and 200, after three failures in a row; ready again after one answer', async () => {
    gateway.platform.answer(BALANCE_PATHS, htmlPage(503));
    await readMany(1); // Tried twice.
    expect(await readinessOf(gateway)).toMatchObject({ status: 'ready' });
    await readMany(1);

    expect(await readinessOf(gateway)).toEqual({
      httpStatus: 200,
      status: 'degraded',
      reasons: [{ part: 'platform', endpoint: 'pointsBalance', reason: 'HTTP 503' }],
    });
    answerEverything(gateway.platform);
    await readMany(1);
    expect(await readinessOf(gateway)).toMatchObject({ status: 'ready' });
  });

  it('is degraded while a breaker is open', async () => {
    gateway.platform.answer(BALANCE_PATHS, htmlPage(503));
    await readMany(30);

    expect(await readinessOf(gateway)).toMatchObject({
      httpStatus: 200,
      status: 'degraded',
      reasons: expect.arrayContaining([{ part: 'breaker', endpoint: 'pointsBalance', reason: 'open' }]),
    });
  });

  it('is degraded while nobody can sign in at the platform', async () => {
    scriptTokens(gateway.platform, htmlPage(500));
    await readMany(1);

    expect(await readinessOf(gateway)).toEqual({
      httpStatus: 200,
      status: 'degraded',
      reasons: [{ part: 'sign-in', reason: 'HTTP 500' }],
    });
  });

  it('is not degraded by what is wrong with a question, or by a caller who left', async () => {
    gateway.platform.answer(BALANCE_PATHS, json({ errors: [{ code: 8015 }] }));
    await readMany(4);
    gateway.platform.answer(BALANCE_PATHS, stall);
    const gone = new AbortController();
    const body = JSON.stringify({ query: BALANCE });
    const headers = { 'content-type': 'application/json' };
    const asked = fetch(gateway.url, { method: 'POST', headers, body, signal: gone.signal });
    await gateway.platform.seen(5);
    gone.abort();
    await expect(asked).rejects.toThrow();
    await gateway.query('{ __typename }');

    expect(await readinessOf(gateway)).toMatchObject({ status: 'ready' });
  });

  it('is closing, and 503, before the public port stops: for SHUTDOWN_DELAY_SECONDS both answer', async () => {
    const leaving = await startGateway({ clock, env: { SHUTDOWN_DELAY_SECONDS: '5' } });
    const closed = leaving.close();

    expect(await readinessOf(leaving)).toMatchObject({ httpStatus: 503, status: 'closing' });
    const answer = await leaving.query('{ __typename }');
    expect(answer).toMatchObject({ status: 200, data: { __typename: 'Query' } });
    expect(answer.headers.get('connection')).toBe('close');
    expect((await fetch(`${leaving.adminUrl}/livez`)).status).toBe(200);

    clock.advance(5000);
    await closed;
    await expect(fetch(leaving.url)).rejects.toThrow('fetch failed');
    await expect(fetch(leaving.adminUrl)).rejects.toThrow('fetch failed');
  });

  it('is closing while the public port drains, and the answer under way says that the connection ends', async () => {
    const leaving = await startGateway({ clock });
    answerEverything(leaving.platform);
    const waiting: (() => void)[] = [];
    leaving.platform.answer(BALANCE_PATHS, (request, response) => {
      waiting.push(() => json({ errors: [{ code: 8015 }] })(request, response));
    });
    const underWay = leaving.query(BALANCE);
    await leaving.platform.seen(1);
    const closed = leaving.close();

    expect(await readinessOf(leaving)).toMatchObject({ httpStatus: 503, status: 'closing' });
    waiting.forEach((go) => go());
    expect((await underWay).headers.get('connection')).toBe('close');
    await closed;
  });
});

describe('/metrics', () => {
  it('counts operations by how they ended, and requests that were refused', async () => {
    gateway.platform.answer('/v2/customers/3/points/balance', json({ errors: [{ code: 8015 }] }));
    await gateway.query(BALANCE);
    await gateway.query('{ customer(id: "3") { id pointsBalance { mainPoints } } }');
    await gateway.query('{ me { id } }');
    await gateway.query('{ nothing }');
    await fetch(gateway.url, { method: 'POST', body: 'x' });
    await fetch(gateway.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '[]' });

    const metrics = await metricsOf(gateway);
    for (const outcome of ['ok', 'partial', 'failed', 'refused']) {
      expect([outcome, metrics.get(`loyalty_graph_operations_total{outcome="${outcome}"}`)]).toEqual([outcome, 1]);
      expect(metrics.get(`loyalty_graph_operation_duration_seconds_count{outcome="${outcome}"}`)).toBe(1);
    }
    expect(metrics.get('loyalty_graph_requests_refused_total{code="UNSUPPORTED_MEDIA_TYPE"}')).toBe(1);
    expect(metrics.get('loyalty_graph_requests_refused_total{code="BAD_REQUEST"}')).toBe(1);
    expect(metrics.get('loyalty_graph_operations_under_way')).toBe(0);
  });

  it('counts platform calls by endpoint and outcome, with how long they took', async () => {
    await readMany(2);
    gateway.platform.answer('/v2/customers/7/points/balance', htmlPage(503));
    await gateway.query(BALANCE, { id: '7' });

    const metrics = await metricsOf(gateway);
    const calls = (endpoint: string, outcome: string) =>
      metrics.get(`loyalty_graph_platform_calls_total{endpoint="${endpoint}",outcome="${outcome}"}`);
    expect(calls('pointsBalance', 'ok')).toBe(2);
    expect(calls('pointsBalance', 'PLATFORM_UNAVAILABLE')).toBe(2);
    expect(calls('token', 'ok')).toBe(1);
    expect(
      metrics.get('loyalty_graph_platform_call_duration_seconds_count{endpoint="pointsBalance",outcome="ok"}'),
    ).toBe(2);
    expect(metrics.get('loyalty_graph_token_fetches_total{outcome="ok"}')).toBe(1);
  });

  it('shows the quota as it is when it is asked', async () => {
    await readMany(4);

    const metrics = await metricsOf(gateway);
    expect(metrics.get('loyalty_graph_platform_quota_limit')).toBe(1000);
    expect(metrics.get('loyalty_graph_platform_quota_used')).toBe(5);
    expect(metrics.get('loyalty_graph_platform_quota_left')).toBe(995);
  });

  it('shows how each breaker stands, and counts its moves', async () => {
    gateway.platform.answer(BALANCE_PATHS, htmlPage(503));
    await readMany(30);

    const metrics = await metricsOf(gateway);
    const state = (endpoint: string, word: string) =>
      metrics.get(`loyalty_graph_breaker_state{endpoint="${endpoint}",state="${word}"}`);
    expect([state('pointsBalance', 'open'), state('pointsBalance', 'closed')]).toEqual([1, 0]);
    expect([state('ledgerBalance', 'open'), state('ledgerBalance', 'closed')]).toEqual([0, 1]);
    expect(metrics.get('loyalty_graph_breaker_moves_total{endpoint="pointsBalance",state="open"}')).toBe(1);
  });

  it('has help and type for each name, base units, and _total for counters only', async () => {
    await readMany(1);
    const text = await (await admin('/metrics')).text();
    const types = [...text.matchAll(/^# TYPE (loyalty_graph_\w+) (\w+)$/gm)].map(([, name = '', type = '']) => ({
      name,
      type,
    }));

    expect(types.length).toBeGreaterThan(15);
    for (const { name, type } of types) {
      expect(text).toMatch(new RegExp(`^# HELP ${name} \\S.+\\.$`, 'm'));
      expect({ name, isTotal: name.endsWith('_total') }).toEqual({ name, isTotal: type === 'counter' });
      expect(name).not.toMatch(/_ms|milli|minutes/);
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    }
  });

  it("grows with no caller's words, and holds none: names, aliases, ids, paths, headers", async () => {
    await gateway.query(BALANCE);
    await fetch(new URL('/canary', gateway.url));
    const before = [...(await metricsOf(gateway)).keys()];
    for (let index = 0; index < 50; index += 1) {
      await gateway.query(
        `query Canary${index} { canary${index}: customer(id: "56503${index}") { pointsBalance { mainPoints } } }`,
        {},
        { 'apollographql-client-name': `canary-${index}`, 'user-agent': `canary-${index}` },
      );
      await fetch(new URL(`/canary-${index}`, gateway.url), { method: 'POST' });
    }

    const after = [...(await metricsOf(gateway)).keys()];
    const ours = (series: readonly string[]) => series.filter((each) => each.startsWith('loyalty_graph_'));
    expect(ours(after)).toEqual(ours(before));
    expect(after.join('\n')).not.toMatch(/canary|56503|127\.0\.0\.1/i);
  });
});

describe('thousands of names', () => {
  const NAMES = 2000;

  it('of operations and clients, methods, paths and hashes leave the page as long as a few did', async () => {
    const ask = async (index: number) => {
      const who = { 'apollographql-client-name': `c${index}`, 'apollographql-client-version': `${index}` };
      const persistedQuery = { version: 1, sha256Hash: index.toString(16).padStart(64, '0') };
      await gateway.query(`query N${index} { __typename }`, {}, who);
      if (index % 10 === 0) {
        await post(gateway.url, { operationName: `N${index}`, extensions: { persistedQuery } }, who);
        await fetch(new URL(`/p${index}`, gateway.url), { method: index % 20 === 0 ? 'GET' : 'PUT' });
      }
    };
    const many = async (from: number, to: number) => {
      for (let start = from; start < to; start += 50) {
        await Promise.all(Array.from({ length: 50 }, (_, index) => ask(start + index)));
      }
    };
    const seriesNow = async () => [...(await metricsOf(gateway)).keys()].filter((name) => name.startsWith('loyalty_'));
    await many(0, 50);
    const few = await seriesNow();
    await many(50, NAMES);

    const metrics = await metricsOf(gateway);
    expect(metrics.get('loyalty_graph_operations_total{outcome="ok"}')).toBe(NAMES);
    expect(await seriesNow()).toEqual(few);
  }, 120_000);
});

describe('the log', () => {
  const lines = () =>
    gateway.log
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg !== 'operation' && msg !== 'request');

  it('says once that a breaker opened, and once that it closed', async () => {
    gateway.platform.answer(BALANCE_PATHS, htmlPage(503));
    await readMany(30);
    clock.advance(5000);
    await readMany(3); // A probe that fails.
    expect(lines()).toMatchObject([
      { level: 'warn' }, // AUTH_MODE=none, at the start.
      { level: 'warn', endpoint: 'pointsBalance', msg: expect.stringMatching(/^breaker opened/) },
    ]);
    answerEverything(gateway.platform);
    clock.advance(5000);
    await readMany(3);

    expect(lines().slice(2)).toMatchObject([
      { level: 'info', endpoint: 'pointsBalance', msg: expect.stringMatching(/^breaker closed/) },
    ]);
  });

  it('says once that the sign-in fails and why, and once that it works again', async () => {
    scriptTokens(gateway.platform, htmlPage(500));
    await readMany(3);
    clock.advance(1000);
    await readMany(3);
    expect(lines().slice(1)).toMatchObject([
      { level: 'warn', detail: 'HTTP 500', msg: expect.stringMatching(/^sign-in .* fails/) },
    ]);
    scriptTokens(gateway.platform, json({ data: { accessToken: 'token-9', ttlSeconds: 300 } }));
    clock.advance(1000);
    await readMany(2);

    expect(lines().slice(2)).toMatchObject([{ level: 'info', msg: expect.stringContaining('works again') }]);
  });
});
