import dns from 'node:dns';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BREAKER_CALLS, codesOf, readBalance } from '../support/breaking.ts';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import { BALANCE_PATHS, balanceOfRequest } from '../support/faultAnswers.ts';
import { startFakePlatform, type FakePlatform } from '../support/fakePlatform.ts';
import { startGateway, TILL, type TestGateway } from '../support/gateway.ts';
import { freePort, REFUSING_PORT } from '../support/ports.ts';

let clock: FakeClock;
let platform: FakePlatform;
const gateways: TestGateway[] = [];
beforeEach(async () => {
  clock = fakeClock();
  platform = await startFakePlatform();
  platform.answer(BALANCE_PATHS, balanceOfRequest);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(gateways.splice(0).map((gateway) => gateway.close()));
  await platform.close();
});

/** A gateway before the platform at another address, which a till asks: there is no sign-in that would fail first. */
async function startBefore(baseUrl: string, env: Readonly<Record<string, string>> = {}): Promise<TestGateway> {
  const gateway = await startGateway({ clock, platform, env: { ...TILL, CAPILLARY_BASE_URL: baseUrl, ...env } });
  gateways.push(gateway);
  return gateway;
}

/** How many calls an operation made, by its own account: those that never connected are seen by nobody else. */
async function callsFor(gateway: TestGateway, id = 42): Promise<{ codes: readonly unknown[]; made: number }> {
  const query = `{ customer(id: ${id}) { pointsBalance { mainPoints } } }`;
  const answer = await gateway.query(query, {}, { 'x-explain': 'platform' });
  const { extensions } = JSON.parse(answer.text) as { extensions: { platform: { made: number } } };
  return { codes: codesOf(answer), made: extensions.platform.made };
}

describe('connect refused', () => {
  it('is tried twice: PLATFORM_UNAVAILABLE, and the log says why', async () => {
    const gateway = await startBefore(`http://127.0.0.1:${REFUSING_PORT}`);

    expect(await callsFor(gateway)).toEqual({ codes: ['PLATFORM_UNAVAILABLE'], made: 2 });
    expect(gateway.log.join()).toContain('connection failed');
  });

  it('is tried once where the budget of retries is spent', async () => {
    const gateway = await startBefore(`http://127.0.0.1:${REFUSING_PORT}`, { MAX_PLATFORM_CALLS: '100' });
    const ids = Array.from({ length: 19 }, (_, index) => String(100 + index));
    const query = 'query ($ids: [ID!]!) { customers(ids: $ids) { pointsBalance { mainPoints } } }';

    const { text } = await gateway.query(query, { ids }, { 'x-explain': 'platform' });

    // A second for each of 10, and a tenth of the calls: 19 that failed together do not become 38.
    const { extensions } = JSON.parse(text) as { extensions: { platform: { made: number } } };
    expect(extensions.platform.made).toBeGreaterThan(19);
    expect(extensions.platform.made).toBeLessThanOrEqual(19 + 10 + 1.9);
  });

  it('again and again opens the breaker: no more connections are tried', async () => {
    const gateway = await startBefore(`http://127.0.0.1:${REFUSING_PORT}`);
    for (let id = 0; id < BREAKER_CALLS; id += 1) await readBalance(gateway, 100 + id);

    expect(await callsFor(gateway)).toEqual({ codes: ['PLATFORM_UNAVAILABLE'], made: 0 });
  });

  it('is answered with what was read before, marked stale', async () => {
    const cached = { CACHE_FRESH_SECONDS: '15', CACHE_STALE_SECONDS: '600' };
    const port = await freePort();
    const gateway = await startBefore(`http://127.0.0.1:${port}`, cached);
    const tunnel = await startTunnel(port);
    const query = '{ customer(id: 42) { pointsBalance { mainPoints freshness { stale } } } }';
    expect((await gateway.query(query)).errors).toBeUndefined();
    await tunnel.close();
    clock.advance(15_000);

    const { data, errors } = await gateway.query(query);

    expect(errors).toBeUndefined();
    expect(data).toEqual({ customer: { pointsBalance: { mainPoints: '8500.000', freshness: { stale: true } } } });
  });
});

describe('connect never completes', () => {
  it('is given up by the connect time-out, twice, long before the deadline: PLATFORM_UNAVAILABLE', async () => {
    const hole = await startBlackHole();
    const gateway = await startBefore(hole.url);

    // The gateway's clock stands still: it is not the deadline that ends this.
    const { codes, made } = await callsFor(gateway);
    await hole.close();

    expect({ codes, made }).toEqual({ codes: ['PLATFORM_UNAVAILABLE'], made: 2 });
    expect(gateway.log.join()).toContain('no connection in time');
  });
});

describe('DNS failure', () => {
  /** Has the machine's resolver answer so, one lookup after the other; from the last on, as it would by itself. */
  function resolve(...failures: readonly string[]) {
    const resolver = jest.spyOn(dns, 'lookup');
    for (const code of failures) {
      resolver.mockImplementationOnce(((_host: string, _options: unknown, answer: (error: Error) => void) => {
        setImmediate(
          answer,
          Object.assign(new Error(`getaddrinfo ${code} localhost`), { code, syscall: 'getaddrinfo' }),
        );
      }) as typeof dns.lookup);
    }
    return resolver;
  }
  const byName = () => platform.url.replace('127.0.0.1', 'localhost');

  it('EAI_AGAIN is tried once more, and answered', async () => {
    const gateway = await startBefore(byName());
    resolve('EAI_AGAIN');

    expect(await callsFor(gateway)).toEqual({ codes: [], made: 2 });
    expect(platform.requests).toHaveLength(1);
  });

  it('EAI_AGAIN twice is PLATFORM_UNAVAILABLE, and the log says that no name could be looked up', async () => {
    const gateway = await startBefore(byName());
    resolve('EAI_AGAIN', 'EAI_AGAIN');

    expect(await callsFor(gateway)).toEqual({ codes: ['PLATFORM_UNAVAILABLE'], made: 2 });
    expect(gateway.log.join()).toContain('name lookup failed');
    expect(gateway.log.join()).not.toContain('localhost');
  });

  it('ENOTFOUND is not tried again, and the log says that there is no such host', async () => {
    const gateway = await startBefore(byName());
    resolve('ENOTFOUND');

    expect(await callsFor(gateway)).toEqual({ codes: ['PLATFORM_UNAVAILABLE'], made: 1 });
    expect(gateway.log.join()).toContain('host unknown');
    expect(platform.requests).toEqual([]);
  });
});

/** Carries connections on a port to the platform, until it is closed: from then on they are refused. */
async function startTunnel(port: number): Promise<{ close(): Promise<void> }> {
  const { createServer } = await import('node:net');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(Number(new URL(platform.url).port), '127.0.0.1');
    for (const each of [socket, onward]) {
      sockets.add(each);
      each.on('error', () => undefined);
    }
    socket.pipe(onward).pipe(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/**
 * A port that listens, accepts nobody, and has its queue full: the system drops whoever knocks, as a firewall would. Its
 * thread sleeps for good behind `listen`.
 */
async function startBlackHole(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const server = require('node:net').createServer();
     server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
     });`,
    { eval: true },
  );
  const [port] = (await once(worker, 'message')) as [number];
  const fillers: Socket[] = [];
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    fillers.push(socket);
    socket.on('error', () => undefined);
    const isIn = await new Promise((resolve) => {
      const timer = setTimeout(resolve, 300, false);
      socket.once('connect', () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
    if (isIn === false) break;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      for (const socket of fillers) socket.destroy();
      await worker.terminate();
    },
  };
}
