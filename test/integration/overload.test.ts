import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { fakeClock } from '../support/fakeClock.ts';
import { metricsOf, readinessOf } from '../support/admin.ts';
import { answerEverything, BALANCE_PATHS, balanceOfRequest, held } from '../support/faultAnswers.ts';
import { post, startGateway, type TestGateway } from '../support/gateway.ts';
import { endAll, serve } from '../support/process.ts';

jest.setTimeout(60_000);

const QUERY = '{ customer(id: "7") { pointsBalance { mainPoints } } }';
const OVERLOADED = {
  message: 'Too many operations are under way.',
  extensions: { code: 'OVERLOADED', retryable: true, retryAfterMs: 1000 },
};

describe('more operations than MAX_CONCURRENT_OPERATIONS', () => {
  let gateway: TestGateway;
  afterEach(() => gateway.close());
  const start = async (max: number) => {
    // No deadline passes, however long the machine takes.
    gateway = await startGateway({ clock: fakeClock(), env: { MAX_CONCURRENT_OPERATIONS: String(max) } });
    answerEverything(gateway.platform);
    const balance = held(balanceOfRequest);
    gateway.platform.answer(BALANCE_PATHS, balance.answer);
    return balance.release;
  };

  it('are refused at once with 503 and when to come again; the ones under way are answered', async () => {
    const release = await start(2);
    const underWay = [gateway.query(QUERY), gateway.query(QUERY.replace('7', '8'))];
    await gateway.platform.seen(2);

    const refused = await gateway.query(QUERY);
    release();

    expect(refused).toMatchObject({ status: 503, errors: [OVERLOADED] });
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'retry-after': '1',
      'cache-control': 'no-store',
    });
    for (const { errors } of await Promise.all(underWay)) expect(errors).toBeUndefined();
    gateway.platform.answer(BALANCE_PATHS, balanceOfRequest);
    expect((await gateway.query(QUERY)).errors).toBeUndefined();
    expect(gateway.platform.requests).toHaveLength(3);
  });

  it('in a flood are counted, cost no call, and write no error to the log; health does not notice', async () => {
    const release = await start(1);
    const underWay = gateway.query(QUERY);
    await gateway.platform.seen(1);

    const flood = await Promise.all(Array.from({ length: 200 }, () => gateway.query(QUERY)));
    const metrics = await metricsOf(gateway);
    const readiness = await readinessOf(gateway);
    const alive = await fetch(`${gateway.adminUrl}/livez`);
    release();
    await underWay;

    expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([503]));
    expect(metrics.get('loyalty_graph_requests_refused_total{code="OVERLOADED"}')).toBe(200);
    expect(metrics.get('loyalty_graph_operations_under_way')).toBe(1);
    expect({ alive: alive.status, ...readiness }).toMatchObject({ alive: 200, httpStatus: 200, status: 'ready' });
    expect(gateway.platform.requests).toHaveLength(1);
    expect(gateway.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  it('are not those who are still sending: whoever dawdles keeps nobody out', async () => {
    const release = await start(1);
    const { hostname, port } = new URL(gateway.url);
    const dawdlers = Array.from({ length: 5 }, () => connect(Number(port), hostname));
    for (const socket of dawdlers) {
      const head =
        'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"qu';
      await new Promise((resolve) => socket.write(head, resolve));
    }

    const answer = gateway.query(QUERY);
    await gateway.platform.seen(1);
    release();

    expect(await answer).toMatchObject({ status: 200, errors: undefined });
    for (const socket of dawdlers) socket.destroy();
  });

  it('may be sent on one connection after another: a refused one is not cut', async () => {
    const release = await start(1);
    const underWay = gateway.query(QUERY);
    await gateway.platform.seen(1);
    const { hostname, port } = new URL(gateway.url);
    const body = JSON.stringify({ query: QUERY });
    const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
    const socket = connect(Number(port), hostname);
    socket.write(`${head}\r\n${body}${head}Connection: close\r\n\r\n${body}`);

    expect((await textOf(socket)).match(/HTTP\/1\.1 503 /g)).toHaveLength(2);
    release();
    await underWay;
  });
});

describe('an event loop that is blocked for 200 ms', () => {
  afterEach(endAll);

  it('takes of all that came in meanwhile what it can do, and refuses the rest; /livez answers', async () => {
    const { url, adminUrl, child } = await serve({
      MAX_CONCURRENT_OPERATIONS: '5',
      SANDBOX_FAULTS: 'pointsBalance:stall',
      REQUEST_DEADLINE_MS: '5000', // Far longer than it takes to look at all of them.
    });
    await fetch(`${adminUrl}/livez`);

    child.kill('SIGSTOP');
    const asked = Array.from({ length: 40 }, () => post(url, { query: '{ me { pointsBalance { mainPoints } } }' }));
    const alive = fetch(`${adminUrl}/livez`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill('SIGCONT');

    expect((await alive).status).toBe(200);
    const answers = await Promise.all(asked);
    const taken = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 503);
    expect({ taken: taken.length, refused: refused.length }).toEqual({ taken: 5, refused: 35 });
    for (const { errors } of taken) expect(errors).toMatchObject([{ extensions: { code: 'PLATFORM_TIMEOUT' } }]);
    for (const { errors } of refused) expect(errors).toEqual([OVERLOADED]);
  });
});
