import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { metricsOf, readinessOf } from '../support/admin.ts';
import { balanceOfPath, businessError, json, startFakePlatform, type FakePlatform } from '../support/fakePlatform.ts';
import { held } from '../support/faultAnswers.ts';
import { post } from '../support/gateway.ts';
import { begin, endAll, run, serve, type Run } from '../support/process.ts';
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.ts';

// Three processes take some seconds to start on a busy machine.
jest.setTimeout(120_000);

const BALANCE = /points\/balance$/;
const NO_CACHE = { CACHE_FRESH_SECONDS: '0', CACHE_STALE_SECONDS: '0' };

let platform: FakePlatform;
beforeEach(async () => {
  platform = await startFakePlatform();
  platform.answer(BALANCE, balanceOfPath);
});
afterEach(async () => {
  await endAll();
  await platform.close();
});

/** Two workers before the fake platform, which tell the numbers of their processes. */
function serveTwo(env: Readonly<Record<string, string>> = {}) {
  return serve({
    WORKERS: '2',
    LOG_LEVEL: 'debug',
    CAPILLARY_BASE_URL: platform.url,
    CAPILLARY_CLIENT_KEY: 'key',
    CAPILLARY_CLIENT_SECRET: 'secret',
    AUTH_MODE: 'none',
    REQUEST_DEADLINE_MS: '20000',
    ...NO_CACHE,
    ...env,
  });
}

/** The process of the worker that started last of all with this number. */
async function pidOf({ printed }: Run, worker: number): Promise<number> {
  return Number(await printed(new RegExp(`.*"worker":${worker},"pid":(\\d+)`, 's')));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(...pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await pause(20);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function queryOf(id: number): string {
  return `{ customer(id: "${id}") { pointsBalance { entityId mainPoints } } }`;
}

function answerOf(id: number): object {
  return { customer: { pointsBalance: { entityId: String(id), mainPoints: '8500.000' } } };
}

function idsFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Asks for one customer over a connection of its own, which any worker may be handed. */
async function ask(url: string, id: number): Promise<Awaited<ReturnType<typeof post>>> {
  return post(url, { query: queryOf(id) }, { connection: 'close' });
}

describe('two workers', () => {
  it('answer as one gateway does, and are counted as one', async () => {
    const gateway = await serveTwo();
    const ids = idsFrom(1000, 60);

    const answers = await Promise.all(ids.map((id) => ask(gateway.url, id)));

    expect(answers.map(({ data }) => data)).toEqual(ids.map(answerOf));
    const metrics = await metricsOf(gateway);
    expect(metrics.get('loyalty_graph_operations_total{outcome="ok"}')).toBe(60);
    expect(metrics.get('loyalty_graph_operation_duration_seconds_count{outcome="ok"}')).toBe(60);
    expect(metrics.get('loyalty_graph_platform_calls_total{endpoint="pointsBalance",outcome="ok"}')).toBe(60);
    // Each signed in, so each has served; and the quota is one.
    expect(platform.tokenRequests).toHaveLength(2);
    expect(metrics.get('loyalty_graph_platform_quota_limit')).toBe(1000);
    expect(metrics.get('loyalty_graph_platform_quota_left')).toBe(1000 - 62);
    expect(await readinessOf(gateway)).toEqual({ httpStatus: 200, status: 'ready', reasons: [] });
  });

  it('say once that they listen', async () => {
    const { child, ended } = await serveTwo();

    child.kill('SIGTERM');

    const { stdout, stderr, exitCode } = await ended;
    expect(stdout.match(/"msg":"listening"/g)).toHaveLength(1);
    expect(stdout.match(/"msg":"closing"/g)).toHaveLength(1);
    expect(stdout.match(/AUTH_MODE=none/g)).toHaveLength(1);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  });

  it('answer for the embedded sandbox of the one process that keeps it', async () => {
    const { url } = await serve({ WORKERS: '2' });

    const answers = await Promise.all(
      idsFrom(0, 8).map(() => post(url, { query: '{ me { id } }' }, { connection: 'close' })),
    );

    for (const { data } of answers) expect(data).toEqual({ me: { id: '565039505' } });
  });

  it('never make more calls together than the key has, and answer each caller for who was asked', async () => {
    const { url } = await serveTwo({ CAPILLARY_REQUESTS_PER_MINUTE: '30', REQUEST_DEADLINE_MS: '3000' });
    const ids = idsFrom(2000, 120);

    const answers = await Promise.all(ids.map((id) => ask(url, id)));

    expect(platform.tokenRequests).toHaveLength(2);
    expect(platform.requests.length + platform.tokenRequests.length).toBeLessThanOrEqual(30);
    // Half of the quota goes at once.
    expect(platform.requests.length).toBeGreaterThanOrEqual(13);
    const answered = answers.filter(({ errors }) => errors === undefined);
    expect(answered).toHaveLength(platform.requests.length);
    answers.forEach(({ data, errors }, index) => {
      if (errors === undefined) expect(data).toEqual(answerOf(ids[index] ?? 0));
      else expect(errors).toMatchObject([{ extensions: { code: 'PLATFORM_QUOTA_SPENT' } }]);
    });
  });

  it('have CAPILLARY_MAX_CONCURRENT calls under way together, and no more', async () => {
    const { url } = await serveTwo({ CAPILLARY_MAX_CONCURRENT: '5' });
    const { answer, release } = held(balanceOfPath);
    platform.answer(BALANCE, answer);
    const asking = idsFrom(3000, 40).map((id) => ask(url, id));
    await platform.seen(5);
    await pause(300);
    expect(platform.requests).toHaveLength(5);

    platform.answer(BALANCE, balanceOfPath);
    release();

    for (const { errors } of await Promise.all(asking)) expect(errors).toBeUndefined();
    expect(platform.requests).toHaveLength(40);
    expect(platform.mostAtOnce).toBe(5);
  });

  it('are both kept out when the platform refuses one of them for the quota', async () => {
    const gateway = await serveTwo();
    await Promise.all(idsFrom(4000, 8).map((id) => ask(gateway.url, id)));
    platform.answer(BALANCE, json({}, 429, { 'retry-after': '60' }));
    await ask(gateway.url, 4100);
    const made = platform.requests.length;

    const answers = await Promise.all(idsFrom(4200, 8).map((id) => ask(gateway.url, id)));

    for (const { errors } of answers) {
      expect(errors).toMatchObject([{ extensions: { code: 'PLATFORM_QUOTA_SPENT', retryable: true } }]);
      expect(errors?.[0]?.extensions['retryAfterMs']).toBeGreaterThan(50_000);
    }
    expect(platform.requests).toHaveLength(made);
    expect((await metricsOf(gateway)).get('loyalty_graph_platform_quota_left')).toBe(0);
    expect(await readinessOf(gateway)).toEqual({
      httpStatus: 200,
      status: 'degraded',
      reasons: [{ part: 'quota', reason: 'closed by the platform' }],
    });
  });

  it('tell of an error in the same words, and know what the other does not', async () => {
    const { url } = await serveTwo();
    platform.answer(BALANCE, businessError(8015));

    const answers = await Promise.all(idsFrom(5000, 8).map((id) => ask(url, id)));

    for (const { errors } of answers) expect(errors).toMatchObject([{ extensions: { code: 'CUSTOMER_NOT_FOUND' } }]);
  });

  it('have MAX_CONNECTIONS each: one more is hung up on, and not sent round among them', async () => {
    const gateway = await serveTwo({ MAX_CONNECTIONS: '1' });
    const { hostname, port } = new URL(gateway.url);
    const open = async () => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      return socket;
    };
    const isKept = async (socket: Socket) => {
      await Promise.race([once(socket, 'close'), pause(500)]);
      return !socket.closed;
    };

    const [one, other] = [await open(), await open()];
    const third = await open();

    expect([await isKept(third), await isKept(one), await isKept(other)]).toEqual([false, true, true]);
    one.destroy();
    other.destroy();
    await pause(100);
    expect((await ask(gateway.url, 6000)).data).toEqual(answerOf(6000));
  });
});

describe('a worker that dies', () => {
  it('takes its own requests under way with it and no others, is replaced, and what it counted is kept', async () => {
    const gateway = await serveTwo({ CAPILLARY_MAX_CONCURRENT: '40' });
    const ids = idsFrom(7000, 20);
    await Promise.all(ids.map((id) => ask(gateway.url, id)));
    const before = await metricsOf(gateway);
    const { answer, release } = held(balanceOfPath);
    platform.answer(BALANCE, answer);
    const asking = ids.map((id) => askOnce(gateway.url, id));
    await platform.seen(40);

    process.kill(await pidOf(gateway, 1), 'SIGKILL');
    await gateway.printed(/"worker":1,"exitCode":null,"signal":"SIGKILL".*a worker ended, and is replaced/);
    platform.answer(BALANCE, balanceOfPath);
    release();

    const outcomes = await Promise.all(asking);
    const lost = ids.filter((_id, index) => outcomes[index] === 'ECONNRESET');
    outcomes.forEach((outcome, index) => {
      if (outcome !== 'ECONNRESET') expect(outcome).toEqual({ data: answerOf(ids[index] ?? 0) });
    });
    // Each worker has a token of its own: the lost ones are all those, and only those, that one of them had under way.
    const underWay = ['token-1', 'token-2'].map((token) =>
      platform.requests
        .slice(20, 40)
        .filter(({ headers }) => headers['x-cap-api-oauth-token'] === token)
        .map(({ path }) => Number(path.split('/')[3])),
    );
    expect(underWay.map((each) => each.toSorted())).toContainEqual(lost);
    expect(underWay.map(({ length }) => length > 0)).toEqual([true, true]);
    while ((await readinessOf(gateway)).status !== 'ready') await pause(50);
    const answers = await Promise.all(ids.map((id) => ask(gateway.url, id)));
    expect(answers.map(({ data }) => data)).toEqual(ids.map(answerOf));
    expect(platform.tokenRequests).toHaveLength(3); // The new one has served, too.
    const name = 'loyalty_graph_operations_total{outcome="ok"}';
    expect(before.get(name)).toBe(20);
    expect((await metricsOf(gateway)).get(name)).toBe(20 + (20 - lost.length) + 20);
  });

  it('is missed at /readyz, and is no reason to send callers elsewhere', async () => {
    const gateway = await serveTwo();
    process.kill(await pidOf(gateway, 2), 'SIGKILL');
    await gateway.printed(/a worker ended/);

    expect(await readinessOf(gateway)).toEqual({
      httpStatus: 200,
      status: 'degraded',
      reasons: [{ part: 'workers', reason: '1 of 2 serve' }],
    });
    expect((await ask(gateway.url, 8000)).data).toEqual(answerOf(8000));
  });

  it('is a reason to send callers elsewhere when it was the last', async () => {
    const gateway = await serveTwo();
    const pids = await Promise.all([pidOf(gateway, 1), pidOf(gateway, 2)]);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await gateway.printed(/a worker ended.*a worker ended/s);

    expect(await readinessOf(gateway)).toMatchObject({ httpStatus: 503, status: 'down' });
    expect((await fetch(`${gateway.adminUrl}/livez`)).status).toBe(200);

    while ((await readinessOf(gateway)).status !== 'ready') await pause(50);
  });
});

describe('signals', () => {
  it('to the primary end no request under way, 3 times out of 3', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { url, child, ended } = await serveTwo();
      platform.answer(BALANCE, (request, response) => void setTimeout(() => balanceOfPath(request, response), 50));
      const ids = idsFrom(9000, 40);
      const begun = await Promise.all(ids.map((id) => begin(url, queryOf(id))));

      child.kill('SIGTERM');

      const answers = await Promise.all(begun.map(({ answer }) => answer));
      expect(answers.map((answer) => JSON.parse(answer) as unknown)).toEqual(ids.map((id) => ({ data: answerOf(id) })));
      expect(await ended).toMatchObject({ exitCode: 0, stderr: '' });
    }
  });

  it('to the primary show at /readyz while workers finish, and callers are served until the delay is over', async () => {
    const gateway = await serveTwo({ SHUTDOWN_DELAY_SECONDS: '1' });
    const { answer, release } = held(balanceOfPath);
    platform.answer(BALANCE, answer);
    const first = await begin(gateway.url, queryOf(9101));
    gateway.child.kill('SIGTERM');
    await gateway.printed(/"msg":"closing"/);

    const second = await begin(gateway.url, queryOf(9102));

    expect(await readinessOf(gateway)).toEqual({ httpStatus: 503, status: 'closing', reasons: [] });
    await platform.seen(2);
    await pause(1200);
    expect((await metricsOf(gateway)).get('loyalty_graph_operations_under_way')).toBe(2);
    await expect(fetch(gateway.url)).rejects.toThrow('fetch failed');
    release();
    expect(JSON.parse(await first.answer)).toEqual({ data: answerOf(9101) });
    expect(JSON.parse(await second.answer)).toEqual({ data: answerOf(9102) });
    expect(await gateway.ended).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('to the primary end everything at once, the second time', async () => {
    const gateway = await serveTwo();
    const pids = await Promise.all([pidOf(gateway, 1), pidOf(gateway, 2)]);
    platform.answer(BALANCE, held(balanceOfPath).answer);
    const { answer } = await begin(gateway.url, queryOf(9200));

    gateway.child.kill('SIGTERM');
    await gateway.printed(/"msg":"closing"/);
    gateway.child.kill('SIGTERM');

    await expect(answer).rejects.toThrow('socket hang up');
    expect(await gateway.ended).toMatchObject({ exitCode: 1 });
    await gone(...pids);
  });

  it('to a worker are ignored: the primary decides', async () => {
    const gateway = await serveTwo();
    const pids = await Promise.all([pidOf(gateway, 1), pidOf(gateway, 2)]);

    for (const pid of pids) {
      process.kill(pid, 'SIGTERM');
      process.kill(pid, 'SIGINT');
    }
    await pause(200);

    expect(await readinessOf(gateway)).toMatchObject({ status: 'ready' });
    expect((await ask(gateway.url, 9300)).data).toEqual(answerOf(9300));
  });

  it('that leave the primary no time leave no worker behind', async () => {
    const gateway = await serveTwo();
    const pids = await Promise.all([pidOf(gateway, 1), pidOf(gateway, 2)]);

    gateway.child.kill('SIGKILL');

    await gateway.ended;
    await gone(...pids);
  });
});

describe('a start with workers', () => {
  it('says once which ports are taken, each by its variable, and ends with 1', async () => {
    const { url, adminUrl } = await serve();
    const [PORT, ADMIN_PORT] = [new URL(url).port, new URL(adminUrl).port];
    const start = (env: Readonly<Record<string, string>>) =>
      run(['serve'], { PORT: '0', ADMIN_PORT: '0', WORKERS: '3', SHUTDOWN_DELAY_SECONDS: '300', ...env }).ended;

    const [noPort, noAdminPort, neither] = await Promise.all([
      start({ PORT }),
      start({ ADMIN_PORT }),
      start({ PORT, ADMIN_PORT }),
    ]);

    const taken = (name: string, port: string) =>
      `${name}: port ${port} of 127.0.0.1: another program listens there (EADDRINUSE).\n`;
    expect(noPort).toEqual({ exitCode: 1, stdout: '', stderr: taken('PORT', PORT) });
    expect(noAdminPort).toEqual({ exitCode: 1, stdout: '', stderr: taken('ADMIN_PORT', ADMIN_PORT) });
    expect(neither).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: taken('PORT', PORT) + taken('ADMIN_PORT', ADMIN_PORT),
    });
  });

  it.each([
    ['a variable is malformed', { CAPILLARY_MAX_CONCURRENT: 'x' }, 'CAPILLARY_MAX_CONCURRENT must be'],
    ['the list of operations is missing', { OPERATIONS_MODE: 'log', OPERATIONS_MANIFEST: '/none' }, '/none'],
    ["the sandbox's faults are malformed", { SANDBOX_FAULTS: 'x' }, 'x'],
  ])('says once what is wrong, as one process does, when %s', async (_what, env, said) => {
    const [several, one] = await Promise.all(
      ['3', '1'].map((WORKERS) => run(['serve'], { PORT: '0', ADMIN_PORT: '0', WORKERS, ...env }).ended),
    );

    expect(several).toMatchObject({ exitCode: 1, stdout: '' });
    expect(several?.stderr).toContain(said);
    expect(several).toEqual(one);
  });

  it.each([
    ['there are more than calls under way', { WORKERS: '3', CAPILLARY_MAX_CONCURRENT: '2' }, 'must be at most CAPILL'],
    ['there are too many', { WORKERS: '65' }, 'must be 1 to 64'],
    ['there are none', { WORKERS: '0' }, 'must be 1 to 64'],
  ])('is refused when %s', async (_what, env, said) => {
    const { exitCode, stdout, stderr } = await run(['serve'], { PORT: '0', ADMIN_PORT: '0', ...env }).ended;

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr.match(/WORKERS must be/g)).toHaveLength(1);
    expect(stderr).toContain(said);
  });

  it('starts no process when one is asked for', async () => {
    const { child, ended } = await serve({ WORKERS: '1', LOG_LEVEL: 'debug' });

    child.kill('SIGTERM');

    const { stdout } = await ended;
    expect(stdout).toContain('"msg":"listening"');
    expect(stdout).not.toContain('worker');
  });
});

describeWithRedis('workers with a Redis', () => {
  let redis: TestRedis;
  beforeEach(async () => {
    redis = await startRedis();
    await redis.client.connect();
  });
  afterEach(() => redis.close());

  it('are one gateway of those that share the quota', async () => {
    const gateway = await serveTwo({ REDIS_URL: redis.url, REPLICAS: '1' });
    await Promise.all(idsFrom(100, 20).map((id) => ask(gateway.url, id)));

    const [key = ''] = await redis.client.keys('*:gateways');

    expect(await redis.client.zcard(key)).toBe(1);
    const metrics = await metricsOf(gateway);
    expect(metrics.get('loyalty_graph_redis_up')).toBe(1);
    expect(metrics.get('loyalty_graph_platform_quota_left')).toBe(1000 - 22);
  });

  it('make one call for a hundred identical reads under way, over both of them', async () => {
    const { url } = await serveTwo({ REDIS_URL: redis.url, CACHE_FRESH_SECONDS: '60', CACHE_STALE_SECONDS: '60' });
    await Promise.all(idsFrom(200, 20).map((id) => ask(url, id))); // Both have a token.
    const made = platform.requests.length;
    const { answer, release } = held(balanceOfPath);
    platform.answer(BALANCE, answer);
    const asking = Array.from({ length: 100 }, () => ask(url, 300));
    await platform.seen(made + 1);
    await pause(200);
    release();

    const answers = await Promise.all(asking);

    expect(answers.map(({ data }) => data)).toEqual(answers.map(() => answerOf(300)));
    expect(platform.requests).toHaveLength(made + 1);
  });
});

/** Asks over a connection of its own; gives the answer, or how the connection failed. */
function askOnce(url: string, id: number): Promise<unknown> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json' };
    const outgoing = httpRequest(url, { method: 'POST', agent: false, headers }, (incoming) => {
      text(incoming).then((body) => resolve(JSON.parse(body)), resolve);
    });
    outgoing.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
    outgoing.end(JSON.stringify({ query: queryOf(id) }));
  });
}
