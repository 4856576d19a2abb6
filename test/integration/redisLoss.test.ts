import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { fakeClock } from '../support/fakeClock.ts';
import { answerEverything } from '../support/faultAnswers.ts';
import { startFakePlatform, type FakePlatform } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { freePort, REFUSING_PORT } from '../support/ports.ts';
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { begun, pass } from '../support/steps.ts';

jest.setTimeout(60_000);

const QUERY = `query ($id: ID!) { customer(id: $id) { pointsBalance { entityId mainPoints } } }`;
const ENV = { CACHE_FRESH_SECONDS: '60', CACHE_STALE_SECONDS: '600', CAPILLARY_REQUESTS_PER_MINUTE: '100000' };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let platform: FakePlatform;
let gateways: TestGateway[] = [];
beforeEach(async () => {
  platform = await startFakePlatform();
  answerEverything(platform);
});
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.close()));
  gateways = [];
  await platform.close();
});

async function start(redisUrl: string): Promise<TestGateway> {
  const gateway = await startGateway({ platform, env: { ...ENV, REDIS_URL: redisUrl } });
  gateways.push(gateway);
  return gateway;
}

/** Reads customers one after the other until told to stop; every answer must be theirs. */
function load(gateway: TestGateway, firstId: number): { stop(): Promise<number> } {
  const state = { isStopped: false };
  const run = async (lane: number) => {
    let count = 0;
    for (let id = firstId + lane; !state.isStopped; id += 4) {
      const { data, errors } = await gateway.query(QUERY, { id: String(id) });
      expect(errors).toBeUndefined();
      expect(data).toEqual({ customer: { pointsBalance: { entityId: String(id), mainPoints: '8500.000' } } });
      count += 1;
    }
    return count;
  };
  const lanes = Promise.all([0, 1, 2, 3].map(run));
  return {
    async stop() {
      state.isStopped = true;
      return (await lanes).reduce((sum, count) => sum + count, 0);
    },
  };
}

describeWithRedis('no request fails', () => {
  let redis: TestRedis;
  beforeEach(async () => {
    redis = await startRedis();
    await redis.client.connect();
  });
  afterEach(() => redis.close());

  it.each([
    ['dies in the middle of the load, and comes back', () => redis.kill(), () => redis.restart()],
    ['stops answering in the middle of the load, and goes on', () => redis.pause(), () => redis.resume()],
    ['wants a password all of a sudden', () => redis.client.config('SET', 'requirepass', 'x'), () => redis.restart()],
    [
      'becomes a replica of a master that is not there, as in a failover',
      () => redis.client.replicaof('127.0.0.1', 1),
      () => redis.client.replicaof('NO', 'ONE'),
    ],
    ['is emptied', () => redis.client.flushall(), () => undefined],
    [
      'is full, and takes no more writes',
      () => redis.client.config('SET', 'maxmemory', '1'),
      () => redis.client.config('SET', 'maxmemory', '0'),
    ],
    [
      'drops every connection',
      () => redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
      () => undefined,
    ],
  ] as readonly [string, () => unknown, () => unknown][])('while Redis %s', async (_what, breakIt, mendIt) => {
    const running = load(await start(redis.url), 1000);
    await pause(300);

    await breakIt();
    await pause(1500);
    await mendIt();
    await pause(1500);

    expect(await running.stop()).toBeGreaterThan(0);
  });

  it('while Redis takes half a second for each answer, and afterwards', async () => {
    const slow = await startSlowly(Number(new URL(redis.url).port), 500);
    const running = load(await start(slow.url), 1000);
    await pause(1500);
    slow.hurry();
    await pause(1500);

    expect(await running.stop()).toBeGreaterThan(0);
    await slow.close();
  });

  it('while Redis is silent, which costs one read 40 ms once, and the next ones nothing', async () => {
    const clock = fakeClock();
    const gateway = await startGateway({ platform, clock, env: { ...ENV, REDIS_URL: redis.url } });
    gateways.push(gateway);
    await gateway.query(QUERY, { id: '7' });
    redis.pause();
    const first = begun(gateway.query(QUERY, { id: '8' }));
    await pass(gateway, clock, 39, 39);
    expect(first.isOver).toBe(false);
    clock.advance(1);

    expect((await first.answer).errors).toBeUndefined();
    // The clock stands still: nothing is waited for.
    for (const id of ['9', '10']) expect((await gateway.query(QUERY, { id })).errors).toBeUndefined();
    redis.resume();
  });

  it('while Redis refuses the password from the start', async () => {
    await redis.client.config('SET', 'requirepass', 'right');
    const running = load(await start(redis.url.replace('redis://', 'redis://:wrong@')), 1000);
    await pause(500);

    expect(await running.stop()).toBeGreaterThan(0);
    expect(gateways[0]?.log.join()).not.toContain('wrong');
  });

  it('while the values in Redis are garbage', async () => {
    const gateway = await start(redis.url);
    const running = load(gateway, 1000);
    for (let round = 0; round < 10; round += 1) {
      for (const key of (await redis.client.keys('lg[12]:*')).slice(0, 50))
        await redis.client.set(key, `garbage ${round}`);
      await pause(100);
    }

    await running.stop();
    for (let id = 1000; id < 1010; id += 1) {
      const second = gateways[1] ?? (await start(redis.url));
      const { data } = await second.query(QUERY, { id: String(id) });
      expect(data).toMatchObject({ customer: { pointsBalance: { entityId: String(id) } } });
    }
  });

  it('and what was cached before is still answered, when Redis is gone', async () => {
    const gateway = await start(redis.url);
    await gateway.query(QUERY, { id: '7' });
    await redis.kill();

    const { errors } = await gateway.query(QUERY, { id: '7' });

    expect(errors).toBeUndefined();
    expect(platform.requests).toHaveLength(1);
  });

  it.each([
    ['died', true],
    ['was not there at the start', false],
  ])('and a Redis that %s is used when it is back', async (_what, wasThere) => {
    if (!wasThere) await redis.kill();
    const gateway = await start(redis.url);
    await redis.kill();
    await gateway.query(QUERY, { id: '7' });
    await redis.restart();
    const isUsed = async () => (await redis.client.keys('lg2:pointsBalance:*')).length > 0;
    for (let id = 8; !(await isUsed()); id += 1) {
      await gateway.query(QUERY, { id: String(id) });
      await pause(50);
    }

    const second = await start(redis.url);
    const before = platform.requests.length;
    const answers = [];
    for (let id = 8; id < 200; id += 1) answers.push(await second.query(QUERY, { id: String(id) }));

    expect(answers.every(({ errors }) => errors === undefined)).toBe(true);
    expect(platform.requests.length - before).toBeLessThan(192);
  });
});

describe('the gateway starts, and serves', () => {
  const servers: { server: Server; sockets: Set<Socket> }[] = [];
  afterEach(() => {
    for (const { server, sockets } of servers.splice(0)) {
      server.close();
      for (const socket of sockets) socket.destroy();
    }
  });

  /** Something that listens where Redis should be. */
  async function listen(onConnection: (socket: Socket) => void): Promise<string> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    servers.push({ server, sockets });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function expectService(url: string): Promise<void> {
    const gateway = await start(url);
    for (const id of ['7', '8', '7']) {
      const { data, errors } = await gateway.query(QUERY, { id });
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({ customer: { pointsBalance: { entityId: id } } });
    }
    expect(platform.requests).toHaveLength(2);
  }

  it('with nobody where Redis should be', async () => {
    await expectService(`redis://127.0.0.1:${REFUSING_PORT}`);
  });

  it('with a host for Redis that does not exist', async () => {
    await expectService('redis://redis.invalid:6379');
  });

  it('with something that takes connections and never answers where Redis should be', async () => {
    await expectService(await listen(() => undefined));
  });

  it('with something that hangs up where Redis should be', async () => {
    await expectService(await listen((socket) => socket.destroy()));
  });

  it('with something that speaks HTTP where Redis should be', async () => {
    const answer = 'HTTP/1.1 400 Bad Request\r\ncontent-type: text/html\r\n\r\n<html>';
    await expectService(await listen((socket) => socket.on('data', () => socket.write(answer))));
  });

  it('with something that answers OK to everything where Redis should be', async () => {
    await expectService(await listen((socket) => socket.on('data', () => socket.write('+OK\r\n'))));
  });

  it('names no address and no password of Redis in its log', async () => {
    const port = await freePort();
    await expectService(`redis://someone:cAnArY-redis@127.0.0.1:${port}`);

    expect(gateways[0]?.log.join('\n')).not.toMatch(new RegExp(`cAnArY|someone|${port}`));
  });
});

/** Stands before a server and holds its answers back, until told to hurry. */
async function startSlowly(port: number, delayMs: number) {
  const state = { delayMs };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(port, '127.0.0.1');
    for (const each of [socket, onward]) {
      sockets.add(each);
      each.on('error', () => undefined);
      each.on('close', () => {
        socket.destroy();
        onward.destroy();
      });
    }
    socket.pipe(onward);
    onward.on('data', (answer: Buffer) => void setTimeout(() => socket.write(answer), state.delayMs));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hurry: () => void (state.delayMs = 0),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
