import { connect, type Socket } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHttpServer } from '../../src/http/server.ts';
import { metricsOf } from '../support/admin.ts';
import { balanceOfPath, onceSeen, stall } from '../support/fakePlatform.ts';
import { fakeClock } from '../support/fakeClock.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { rssBytes } from '../support/memory.ts';
import { startIssuer, type Issuer } from '../support/tokens.ts';

const BODY = JSON.stringify({ query: '{ __typename }' });
const READ = JSON.stringify({ query: '{ customer(id: "1") { pointsBalance { mainPoints } } }' });
const ANSWERED = '{"data":{"__typename":"Query"}}';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  gateway.platform.answer(/\/points\/balance$/, balanceOfPath);
});
afterAll(() => gateway.close());

/** Gateways of single tests, closed also behind one that fails. */
const owned: TestGateway[] = [];
async function startOwn(options: Parameters<typeof startGateway>[0] = {}): Promise<TestGateway> {
  const own = await startGateway(options);
  owned.push(own);
  return own;
}
afterEach(async () => {
  await Promise.all(owned.splice(0).map((own) => own.close()));
});

let callsBefore = 0;
beforeEach(() => {
  callsBefore = gateway.platform.requests.length + gateway.platform.tokenRequests.length;
});
const callsSince = () => gateway.platform.requests.length + gateway.platform.tokenRequests.length - callsBefore;

/** A request as its bytes; closes the connection behind it unless said. */
function post(body: string, ...headers: readonly string[]): string {
  const all = ['Host: x', 'Content-Type: application/json', `Content-Length: ${body.length}`, ...headers];
  return `POST /graphql HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n${body}`;
}
const CLOSE = 'Connection: close';

function dial({ url }: TestGateway): Socket {
  return connect(Number(new URL(url).port), '127.0.0.1');
}

/** Writes bytes, and gives what comes back until the connection is closed. */
function exchange(bytes: string, to: TestGateway = gateway): Promise<string> {
  const socket = dial(to);
  socket.write(bytes);
  return textOf(socket);
}

interface Parsed {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The one answer in these bytes. */
function parsed(bytes: string): Parsed {
  const [head = '', ...rest] = bytes.split('\r\n\r\n');
  const [line = '', ...fields] = head.split('\r\n');
  const headers = fields.map((field) => /^([^:]+): (.*)$/.exec(field)?.slice(1) ?? []);
  return {
    status: Number(line.split(' ')[1]),
    headers: Object.fromEntries(headers.map(([name = '', value = '']) => [name.toLowerCase(), value])),
    body: rest.join('\r\n\r\n'),
  };
}

/** What every answer carries that is no page. */
const SECURITY = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin-allow-popups',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

describe('bytes that are no request to answer', () => {
  it.each<[string, string, number, string]>([
    ['no HTTP', 'hello\r\n\r\n', 400, 'BAD_REQUEST'],
    ['HTTP/2 without being asked for', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'BAD_REQUEST'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003', 400, 'BAD_REQUEST'],
    ['a header without a name', post(BODY, ': x'), 400, 'BAD_REQUEST'],
    ['a header that is folded', post(BODY, 'X-A: 1\r\n 2', CLOSE), 400, 'BAD_REQUEST'],
    ['a header with a blank before its colon', post(BODY, 'X-A : 1'), 400, 'BAD_REQUEST'],
    ['a header with a bare line feed', post(BODY, 'X-A: 1\nX-B: 2'), 400, 'BAD_REQUEST'],
    ['two lengths', post(BODY, 'Content-Length: 3'), 400, 'BAD_REQUEST'],
    ['a length and chunks', post(BODY, 'Transfer-Encoding: chunked'), 400, 'BAD_REQUEST'],
    ['a length that is none', 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', 400, 'BAD_REQUEST'],
    [
      'chunks of an unknown coding',
      'POST /graphql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, x\r\n\r\n',
      400,
      'BAD_REQUEST',
    ],
    [
      'a chunk without a length',
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
      400,
      'BAD_REQUEST',
    ],
    [
      '20 kB of chunk extensions',
      `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2;${'a'.repeat(20_000)}\r\n{}\r\n`,
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    ['no host', `GET /graphql HTTP/1.1\r\n${CLOSE}\r\n\r\n`, 400, 'BAD_REQUEST'],
    ['two hosts', post(READ, 'Host: y', CLOSE), 400, 'BAD_REQUEST'],
    [
      'a line of 20 kB',
      `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      431,
      'REQUEST_HEADER_FIELDS_TOO_LARGE',
    ],
    ['CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n', 405, 'METHOD_NOT_ALLOWED'],
    ['TRACE', `TRACE /graphql HTTP/1.1\r\nHost: x\r\nX-Canary: cAnArY\r\n${CLOSE}\r\n\r\n`, 405, 'METHOD_NOT_ALLOWED'],
    [
      'a web socket',
      `GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
      400,
      'BAD_REQUEST',
    ],
    ['an expectation', post(READ, 'Expect: cAnArY', CLOSE), 417, 'EXPECTATION_FAILED'],
    ['another path', `GET /cAnArY HTTP/1.1\r\nHost: x\r\n${CLOSE}\r\n\r\n`, 404, 'NOT_FOUND'],
    ['the options of everything', `OPTIONS * HTTP/1.1\r\nHost: x\r\n${CLOSE}\r\n\r\n`, 404, 'NOT_FOUND'],
  ])('are refused in JSON, with all headers of safety, and without a call: %s', async (_what, bytes, status, code) => {
    const answer = parsed(await exchange(bytes));

    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      ...SECURITY,
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(answer.body.length),
      connection: 'close',
    });
    expect(JSON.parse(answer.body)).toEqual({
      errors: [{ message: expect.any(String), extensions: { code, retryable: false } }],
    });
    expect(answer.body + gateway.log.join('\n')).not.toContain('cAnArY');
    expect(callsSince()).toBe(0);
  });

  it('are not taken for a second request behind a first: what is smuggled is not run', async () => {
    const smuggled = post(READ, CLOSE);
    const came = await exchange(
      `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${smuggled.length + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    );

    expect(came.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(callsSince()).toBe(0);
  });

  it('behind a request that is well cut the connection, and are not answered in its place', async () => {
    const own = await startOwn();
    own.platform.answer(/\/points\/balance$/, stall);
    const socket = dial(own);
    socket.write(post(READ));
    await own.platform.seen(1);
    socket.write('hello\r\n\r\n');

    expect(await textOf(socket)).toBe('');
  });
});

describe('an answer', () => {
  it.each([
    ['of data', post(BODY, CLOSE)],
    ['of an error', post('{}', CLOSE)],
    ['to a preflight', `OPTIONS /graphql HTTP/1.1\r\nHost: x\r\n${CLOSE}\r\n\r\n`],
  ])('%s carries all headers of safety, and says nothing of what serves it', async (_what, bytes) => {
    const { headers } = parsed(await exchange(bytes));

    expect(headers).toMatchObject(SECURITY);
    expect(Object.keys(headers)).not.toContain('server');
    expect(Object.keys(headers)).not.toContain('x-powered-by');
    // Whoever speaks TLS before this server knows for how long; here it would bind hosts that are not ours.
    expect(Object.keys(headers)).not.toContain('strict-transport-security');
  });

  it.each([
    ['HTTP/1.0, without a host', post(BODY).replace('HTTP/1.1', 'HTTP/1.0').replace('Host: x\r\n', '')],
    [
      'an offer of h2c, which some clients make each time',
      post(BODY, 'Connection: Upgrade, HTTP2-Settings, close', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'),
    ],
    ['Expect: 100-continue', post(BODY, 'Expect: 100-continue', CLOSE)],
  ])('is given to %s', async (_what, bytes) => {
    expect(await exchange(bytes)).toContain(ANSWERED);
  });
});

describe('who shows a token', () => {
  let issuer: Issuer;
  let guarded: TestGateway;
  beforeAll(async () => {
    issuer = await startIssuer();
    guarded = await startGateway({ env: issuer.env });
    guarded.platform.answer(/\/points\/balance$/, balanceOfPath);
  });
  afterAll(async () => {
    await guarded.close();
    await issuer.close();
  });

  const line = async (claims = {}) =>
    `Authorization: ${(await issuer.authorization({ sub: '1', ...claims })).authorization}`;

  it('shows it once: two headers are refused, also when both hold the same good one', async () => {
    const good = await line();
    const other = await line({ sub: '2' });

    for (const second of [good, other, 'Authorization: Bearer x', 'authorization:']) {
      const answer = parsed(await exchange(post(READ, good, second, CLOSE), guarded));

      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
      expect(answer.body).toContain('"code":"UNAUTHENTICATED"');
    }
    expect(parsed(await exchange(post(READ, good, CLOSE), guarded)).body).toContain('8500.000');
    expect(guarded.platform.requests).toHaveLength(1);
  });

  it.each(['access_token', 'ACCESS_TOKEN', 'access%5ftoken', 'token', 'jwt', 'id_token', 'authorization', 'bearer'])(
    'never in the address, not even beside a good header: %s',
    async (name) => {
      const token = (await line()).split(' ').at(-1) ?? '';
      const before = guarded.platform.requests.length;
      const query = encodeURIComponent('{ me { pointsBalance { mainPoints } } }');

      const byGet = `GET /graphql?query=${query}&${name}=${token} HTTP/1.1\r\nHost: x\r\nApollo-Require-Preflight: 1\r\n${await line()}\r\n${CLOSE}\r\n\r\n`;
      const byPost = post(READ, CLOSE).replace('/graphql', `/graphql?${name}=${token}`);
      for (const bytes of [byGet, byPost]) {
        const answer = parsed(await exchange(bytes, guarded));

        expect(answer.status).toBe(401);
        expect(answer.body).toContain('never in the address');
        expect(answer.body + guarded.log.join('\n')).not.toContain(token);
      }
      expect(guarded.platform.requests).toHaveLength(before);
    },
  );

  it('may be told why by a page of another origin', async () => {
    const shop = await startOwn({ env: { ...issuer.env, CORS_ORIGINS: 'https://shop.example' } });
    const { headers } = await shop.query('{ me { id } }', {}, { origin: 'https://shop.example', authorization: 'x' });

    expect(headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(headers.get('access-control-expose-headers')).toBe('retry-after, www-authenticate');
  });
});

describe('a connection', () => {
  it('is asked on before it has its answers, and gets them in order', async () => {
    const bytes = [post(BODY), post(READ), post(BODY, CLOSE)].join('');

    const came = await exchange(bytes);

    const bodies = came.split(/HTTP\/1\.1 200 OK/).slice(1);
    expect(bodies).toHaveLength(3);
    expect(bodies[1]).toContain('8500.000');
  });

  it('has the work of ten requests done at once, and no more: the next is refused, and the connection closed', async () => {
    const own = await startOwn({ env: { MAX_PLATFORM_CALLS: '1' } });
    own.platform.answer(/\/points\/balance$/, onceSeen(own.platform, 10, balanceOfPath));
    const reads = Array.from({ length: 200 }, (_, index) => post(READ.replace('\\"1\\"', `\\"${index + 1}\\"`)));

    const came = await exchange(reads.join(''), own);

    expect(came.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(10);
    expect(came.match(/HTTP\/1\.1 429 /g)).toHaveLength(1);
    const refusal = parsed(came.slice(came.indexOf('HTTP/1.1 429 ')));
    expect(refusal.headers['connection']).toBe('close');
    expect(refusal.body).toContain('"code":"TOO_MANY_REQUESTS"');
    expect(own.platform.requests).toHaveLength(10);
  });

  it('that asks for a tunnel and is reset ends nothing but itself', async () => {
    for (let count = 0; count < 5; count += 1) {
      const socket = dial(gateway).on('error', () => undefined);
      socket.write('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n');
      await new Promise((resolve) => socket.once('data', resolve));
      socket.resetAndDestroy();
    }

    expect(parsed(await exchange(post(BODY, CLOSE))).body.trim()).toBe(ANSWERED);
  });

  it('over MAX_CONNECTIONS is hung up on, and one that ends makes room', async () => {
    const own = await startOwn({ env: { MAX_CONNECTIONS: '3' } });
    const idle = await Promise.all(
      [1, 2, 3].map(async () => {
        const socket = dial(own);
        socket.write(post(BODY));
        await new Promise((resolve) => socket.once('data', resolve));
        return socket;
      }),
    );
    const turnedAway = dial(own);
    turnedAway.on('error', () => undefined); // Cut or closed: either way there is no answer.
    const closed = new Promise((resolve) => turnedAway.once('close', resolve));
    turnedAway.resume().write(post(BODY, CLOSE));

    await closed;
    expect(turnedAway.bytesRead).toBe(0);
    const ended = new Promise((resolve) => idle[0]?.once('close', resolve));
    idle[0]?.end();
    await ended;
    expect(await exchange(post(BODY, CLOSE), own)).toContain(ANSWERED);

    for (const socket of idle) socket.destroy();
  });

  it('is closed after ten thousand requests, so that load spreads anew', () => {
    const server = createHttpServer({ maxConnections: 7 } as never);

    expect(server).toMatchObject({ maxRequestsPerSocket: 10_000, maxConnections: 7, keepAliveTimeout: 65_000 });
  });
});

describe('a flood', () => {
  it('of 60 MB in one body is refused, and costs less than 50 MB of memory', async () => {
    await exchange(post(BODY, CLOSE));
    // What waits to be collected is looked at as it comes, and not as it happens to lie about.
    const memory = { before: rssBytes(), most: 0 };
    let lookedAt = 0;
    const socket = dial(gateway);
    socket.on('error', () => undefined); // It may be cut while it is sending: the answer is out by then.
    const answer = textOf(socket).catch(() => '');
    socket.write(
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const piece = Buffer.from(`10000\r\n${' '.repeat(0x10000)}\r\n`);
    for (let sent = 0; sent < 60_000_000 && socket.writable; sent += piece.length) {
      await new Promise((resolve) => socket.write(piece, resolve));
      if (sent - lookedAt < 4_000_000) continue;
      lookedAt = sent;
      memory.most = Math.max(memory.most, rssBytes());
    }
    memory.most = Math.max(memory.most, rssBytes());

    expect(parsed(await answer)).toMatchObject({ status: 413, headers: { connection: 'close' } });
    expect((memory.most - memory.before) / 2 ** 20).toBeLessThan(50);
  }, 30_000);

  it('of reads beyond the 200 that may wait is refused at once: nobody waits for nothing', async () => {
    const clock = fakeClock();
    const own = await startOwn({ clock, env: { CAPILLARY_MAX_CONCURRENT: '1', MAX_PLATFORM_CALLS: '100' } });
    own.platform.answer(/\/points\/balance$/, stall);
    const read = (first: number, count: number) => {
      const ids = Array.from({ length: count }, (_, index) => String(first + index));
      return own.query('query ($ids: [ID!]!) { customers(ids: $ids) { pointsBalance { mainPoints } } }', { ids });
    };
    const waiting = [read(1, 1)];
    await own.platform.seen(1);
    waiting.push(read(1000, 100), read(2000, 100));
    // On a clock that stands still only what is refused at once is answered.
    const flood = Array.from({ length: 5 }, (_, index) => read(3000 + 100 * index, 100));
    const { errors = [] } = await Promise.race(flood);

    expect(errors).toHaveLength(100);
    expect(errors[0]?.extensions).toEqual({
      code: 'PLATFORM_QUOTA_SPENT',
      retryable: true,
      retryAfterMs: expect.any(Number),
    });
    const alone = await own.query('{ customer(id: "9999") { ledgerBalance { totalEntries } } }');
    const { retryAfterMs } = alone.errors?.[0]?.extensions ?? {};
    expect(alone.errors).toMatchObject([{ extensions: { code: 'PLATFORM_QUOTA_SPENT' } }]);
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
    const metrics = await metricsOf(own);
    expect(metrics.get('loyalty_graph_platform_quota_refused_total{priority="interactive"}')).toBeGreaterThan(100);
    expect(own.platform.requests).toHaveLength(1);
    const progress = { isOver: false };
    void Promise.all([...waiting, ...flood]).then(() => (progress.isOver = true));
    while (!progress.isOver) {
      clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }, 30_000);
});
