import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { call, EndOfTurn } from '../../src/domain/endOfTurn.ts';
import { Starts } from '../../src/http/starts.ts';
import { STRANGER } from '../../src/auth/viewer.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { NO_TELEMETRY } from '../../src/domain/telemetry.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { MemoryRoom } from '../../src/store/memory.ts';
import { OperationSlots } from '../../src/http/slots.ts';
import { createLogger } from '../../src/observe/logger.ts';
import { balanceOfPath } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const PREFLIGHTED = { 'apollo-require-preflight': 'true' };
const BALANCE = 'query ($id: ID!) { customer(id: $id) { pointsBalance { mainPoints } } }';
const READ = '{ customer(id: "1") { pointsBalance { mainPoints } } }';
const MAX_BODY_BYTES = 1_000_000;
const SHOP = 'https://shop.example';

/** What came back, as it came. */
interface RawAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface RawRequest extends Pick<RequestOptions, 'method' | 'headers'> {
  /** As it stands in the request line. */
  readonly path?: string;
  readonly body?: string | Uint8Array;
}

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ env: { CORS_ORIGINS: `${SHOP}, https://app.example` } });
  gateway.platform.answer(/\/points\/balance$/, balanceOfPath);
});
afterAll(() => gateway.close());

/** No request below but those that say so may reach the platform. */
let callsBefore = 0;
beforeEach(() => {
  callsBefore = gateway.platform.requests.length + gateway.platform.tokenRequests.length;
});
function callsSince(): number {
  return gateway.platform.requests.length + gateway.platform.tokenRequests.length - callsBefore;
}

/** Sends what `fetch` would not: any method, any header, a body that is cut short. */
function send({ method = 'POST', path = '/graphql', headers = {}, body }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(gateway.url);
    const outgoing = httpRequest({ hostname, port, path, method, headers, agent: false }, (incoming) => {
      textOf(incoming).then(
        (text) => resolve({ status: incoming.statusCode, headers: incoming.headers, text }),
        reject,
      );
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

function postText(body: string): Promise<RawAnswer> {
  return send({ headers: { 'content-type': 'application/json' }, body });
}

function postJson(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return send({ headers: { ...JSON_TYPE, ...headers }, body: text });
}

function get(params: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) {
  return send({ method: 'GET', path: `/graphql?${String(new URLSearchParams(params))}`, headers });
}

/** Writes bytes and gives everything that comes back until the gateway closes the connection. */
function exchange(bytes: string): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  return textOf(socket);
}

function errorsOf({ text }: RawAnswer): readonly { message: string; extensions: Record<string, unknown> }[] {
  return (JSON.parse(text) as { errors: [] }).errors;
}

/** A body of exactly `bytes` bytes that asks for `__typename`. */
function bodyOf(bytes: number): string {
  const body = JSON.stringify({ query: '{ __typename }' });
  return body + ' '.repeat(bytes - body.length);
}

const AN_UPLOAD = [
  '--x',
  'Content-Disposition: form-data; name="operations"',
  '',
  JSON.stringify({ query: READ }),
  '--x--',
  '',
].join('\r\n');

/** [what, request, status, code, further headers of the answer] */
const REFUSALS: readonly (readonly [string, RawRequest, number, string, IncomingHttpHeaders?])[] = [
  [
    'a body of text/plain',
    { headers: { 'content-type': 'text/plain' }, body: JSON.stringify({ query: READ }) },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  ['a body without a type', { body: JSON.stringify({ query: READ }) }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  [
    'a form',
    { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `query=${READ}` },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'an upload',
    { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: AN_UPLOAD },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'a type that only begins as JSON',
    { headers: { 'content-type': 'application/jsonx' }, body: '{}' },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'JSON in UTF-16',
    { headers: { 'content-type': 'application/json; charset=utf-16' }, body: '{}' },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'a gzipped body',
    { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync(JSON.stringify({ query: READ })) },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'a gzip bomb',
    { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync(' '.repeat(50_000_000)) },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  ['a body that is not JSON', { headers: JSON_TYPE, body: '{"query": "{ __typename }"' }, 400, 'BAD_REQUEST'],
  ['a body that is not UTF-8', { headers: JSON_TYPE, body: Buffer.from([0x22, 0xff, 0x22]) }, 400, 'BAD_REQUEST'],
  ['an empty body', { headers: JSON_TYPE, body: '' }, 400, 'BAD_REQUEST'],
  ['a number for a body', { headers: JSON_TYPE, body: '1' }, 400, 'BAD_REQUEST'],
  ['a text for a body', { headers: JSON_TYPE, body: '"{ __typename }"' }, 400, 'BAD_REQUEST'],
  ['null for a body', { headers: JSON_TYPE, body: 'null' }, 400, 'BAD_REQUEST'],
  ['true for a body', { headers: JSON_TYPE, body: 'true' }, 400, 'BAD_REQUEST'],
  ['an object without a query', { headers: JSON_TYPE, body: '{}' }, 400, 'BAD_REQUEST'],
  ['an empty batch', { headers: JSON_TYPE, body: '[]' }, 400, 'BAD_REQUEST'],
  [
    'a batch of ten',
    { headers: JSON_TYPE, body: JSON.stringify(Array.from({ length: 10 }, () => ({ query: READ }))) },
    400,
    'BAD_REQUEST',
  ],
  [
    'a query by GET that any page could send',
    { method: 'GET', path: `/graphql?query=${encodeURIComponent(READ)}` },
    400,
    'BAD_REQUEST',
  ],
  [
    'a query by GET with the type of a form',
    { method: 'GET', path: `/graphql?query=${encodeURIComponent(READ)}`, headers: { 'content-type': 'text/plain' } },
    400,
    'BAD_REQUEST',
  ],
  [
    'a query by GET with another type than JSON',
    {
      method: 'GET',
      path: `/graphql?query=${encodeURIComponent(READ)}`,
      headers: { 'content-type': 'application/jsonx' },
    },
    415,
    'BAD_REQUEST',
  ],
  ['a GET without a query', { method: 'GET', headers: PREFLIGHTED }, 400, 'BAD_REQUEST'],
  [
    'variables by GET that are not JSON',
    { method: 'GET', path: '/graphql?query=%7B__typename%7D&variables=%7B', headers: PREFLIGHTED },
    400,
    'BAD_REQUEST',
  ],
  [
    'a query given twice by GET',
    { method: 'GET', path: '/graphql?query=%7B__typename%7D&query=%7B__typename%7D', headers: PREFLIGHTED },
    400,
    'BAD_REQUEST',
  ],
  [
    'a mutation by GET',
    { method: 'GET', path: `/graphql?query=${encodeURIComponent('mutation { __typename }')}`, headers: PREFLIGHTED },
    405,
    'BAD_REQUEST',
    { allow: 'POST' },
  ],
  ['PUT', { method: 'PUT', headers: JSON_TYPE, body: '{}' }, 405, 'METHOD_NOT_ALLOWED', { allow: 'GET, POST' }],
  ['DELETE', { method: 'DELETE' }, 405, 'METHOD_NOT_ALLOWED', { allow: 'GET, POST' }],
  ['PATCH', { method: 'PATCH', headers: JSON_TYPE, body: '{}' }, 405, 'METHOD_NOT_ALLOWED', { allow: 'GET, POST' }],
  ['TRACE', { method: 'TRACE' }, 405, 'METHOD_NOT_ALLOWED', { allow: 'GET, POST' }],
  [
    'Accept: text/plain',
    { headers: { ...JSON_TYPE, accept: 'text/plain' }, body: JSON.stringify({ query: '{ __typename }' }) },
    406,
    'BAD_REQUEST',
  ],
  [
    'another path',
    { path: '/graphql/v2', headers: JSON_TYPE, body: JSON.stringify({ query: READ }) },
    404,
    'NOT_FOUND',
  ],
  ['the root', { method: 'GET', path: '/' }, 404, 'NOT_FOUND'],
  ['a path that leads back', { method: 'GET', path: '/x/..%2fgraphql' }, 404, 'NOT_FOUND'],
  ['the admin paths on the public port', { method: 'GET', path: '/metrics' }, 404, 'NOT_FOUND'],
  ...['', '0', '-1', '1.5', '1e3', 'soon', '9999999999', ' 5 5', '+5', 'NaN', '٣'].map(
    (value) =>
      [
        `x-deadline-ms: ${value}`,
        {
          headers: { ...JSON_TYPE, 'x-deadline-ms': Buffer.from(value).toString('latin1') },
          body: JSON.stringify({ query: READ }),
        },
        400,
        'BAD_REQUEST',
      ] as const,
  ),
  [
    'a document that is none',
    { headers: JSON_TYPE, body: JSON.stringify({ query: 'qwerty cop { abc }' }) },
    400,
    'GRAPHQL_PARSE_FAILED',
  ],
  ['an empty document', { headers: JSON_TYPE, body: JSON.stringify({ query: '' }) }, 400, 'BAD_REQUEST'],
  [
    'a document of fragments only',
    { headers: JSON_TYPE, body: JSON.stringify({ query: 'fragment F on Query { __typename }' }) },
    400,
    'GRAPHQL_VALIDATION_FAILED',
  ],
];

describe('a request that is refused', () => {
  it.each(REFUSALS)(
    'answers %s with JSON and its status, without a call',
    async (_what, request, status, code, headers = {}) => {
      const answer = await send(request);

      expect(answer.status).toBe(status);
      expect(answer.headers).toMatchObject({
        'content-type': expect.stringMatching(/^application\/(graphql-response\+)?json\b/),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        ...headers,
      });
      const errors = errorsOf(answer);
      expect(errors[0]).toMatchObject({ message: expect.any(String), extensions: { code, retryable: false } });
      expect(callsSince()).toBe(0);
    },
  );

  it.each(REFUSALS)('tells of %s nothing of our code', async (_what, request) => {
    const { text } = await send(request);

    expect(text).not.toMatch(/stacktrace|exception|node_modules|\.[tj]s\b|\n\s+at /);
  });
});

describe('the size of a request', () => {
  it('may be 1,000,000 bytes of body', async () => {
    const answer = await postJson(bodyOf(MAX_BODY_BYTES));

    expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('"__typename":"Query"') });
  });

  it.each([
    ['1,000,001 bytes', MAX_BODY_BYTES + 1],
    ['3 MB', 3 * MAX_BODY_BYTES],
  ])('is answered with 413, and the connection closed, for a body of %s', async (_what, bytes) => {
    const answer = await postJson(bodyOf(bytes));

    expect(answer).toMatchObject({ status: 413, headers: { connection: 'close' } });
    expect(errorsOf(answer)).toMatchObject([{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }]);
  });

  it('is answered with 413, and the connection closed, for a body that does not say how long it is', async () => {
    const answer = await send({
      headers: { ...JSON_TYPE, 'transfer-encoding': 'chunked' },
      body: bodyOf(MAX_BODY_BYTES + 1),
    });

    expect(answer).toMatchObject({ status: 413, headers: { connection: 'close' } });
    expect(errorsOf(answer)).toMatchObject([{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }]);
  });

  it('is answered with 413 also to a caller who reads only after sending: the connection is not cut under its hands', async () => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname).pause();
    const write = (bytes: string) =>
      new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.write(bytes, (error) => (error ? reject(error) : resolve()));
      });
    const piece = `${(500_000).toString(16)}\r\n${' '.repeat(500_000)}\r\n`;

    await write('POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n');
    await write('Transfer-Encoding: chunked\r\n\r\n');
    for (let sent = 0; sent < 3 * MAX_BODY_BYTES; sent += 500_000) await write(piece);
    await write('0\r\n\r\n');

    expect(await textOf(socket)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('is judged by the announced length of 60 MB, before a byte of it has come', async () => {
    const came = await exchange(
      `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000000\r\n\r\n`,
    );

    expect(came).toMatch(/^HTTP\/1\.1 413 /);
    expect(came).toContain('"code":"PAYLOAD_TOO_LARGE"');
  });

  it.each([
    ['100 kB in one header', { 'x-padding': 'x'.repeat(100_000) }],
    ['300 headers', Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`x-padding-${index}`, '1']))],
  ])('is answered with 431 for %s', async (_what, headers) => {
    const answer = await postJson({ query: READ }, headers);

    expect(answer.status).toBe(431);
    expect(callsSince()).toBe(0);
  });

  it('counts for the headers that matter wherever they stand: none is cut off in silence', async () => {
    const padding = Array.from({ length: 99 }, (_, index) => `X-Padding-${index}: 1\r\n`).join('');
    const came = await exchange(
      `POST /graphql HTTP/1.1\r\nHost: x\r\n${padding}Connection: close\r\nX-Deadline-Ms: junk\r\n` +
        `Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
    );

    expect(came).toMatch(/^HTTP\/1\.1 4(00|31) /);
    expect(came).not.toContain('UNSUPPORTED_MEDIA_TYPE');
  });
});

describe('a request that dawdles', () => {
  const idle = () => {
    throw new Error('Nothing comes this far.');
  };
  const options = {
    apollo: { executeHTTPGraphQLRequest: idle } as never,
    known: undefined,
    identify: () => Promise.resolve({ viewer: STRANGER, isRouter: false, isStill: () => true }),
    createContext: idle,
    remembered: undefined,
    isRepeating: true,
    memory: new MemoryRoom({ maxBytes: 1000, clock: systemClock }),
    corsOrigins: new Set<string>(),
    requestDeadlineMs: 3000,
    slots: new OperationSlots(1),
    starts: new Starts({ hasRoom: () => true }),
    answering: new EndOfTurn(call),
    isClosing: () => false,
    maxConnections: 3,
    pagePolicyOf: () => '',
    clock: systemClock,
    logger: createLogger({ level: 'silent' }),
    telemetry: NO_TELEMETRY,
  };

  it('has 10 seconds for its headers and 15 for all of it', () => {
    const server = createHttpServer(options);

    expect(server).toMatchObject({ headersTimeout: 10_000, requestTimeout: 15_000, timeout: 0 });
  });

  it.each([
    ['headers', 'POST /graphql HTTP/1.1\r\nHost: x\r\nX-Slow'],
    ['body', 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"qu'],
  ])('is cut off when its %s do not come to an end in that time', async (_what, bytes) => {
    const server = createHttpServer(options);
    server.headersTimeout = 50; // The numbers are the test's above; that they are looked at is this one's.
    server.requestTimeout = 100;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
    socket.write(bytes);

    expect(await textOf(socket)).toMatch(/^HTTP\/1\.1 408 /);

    await new Promise((resolve) => server.close(resolve));
  });

  it.each([
    ['headers', 'POST /graphql HTTP/1.1\r\nHost: x\r\nX-Slow: '],
    ['body', 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n'],
  ])('is cut off as well when its %s come, but a byte at a time', async (_what, head) => {
    const server = createHttpServer(options);
    server.headersTimeout = 50;
    server.requestTimeout = 100;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
    socket.on('error', () => undefined); // It may be cut while a byte is on its way.
    socket.write(head);
    const drip = setInterval(() => socket.write(' '), 10);
    const came = await textOf(socket).catch(() => 'HTTP/1.1 408 ');
    clearInterval(drip);

    expect(came).toMatch(/^HTTP\/1\.1 408 /);

    await new Promise((resolve) => server.close(resolve));
  });

  it('and hangs up is no error of ours', async () => {
    const own = await startGateway();
    const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
    socket.write(
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"qu',
    );
    await new Promise((resolve) => socket.once('connect', resolve));
    await own.query('{ __typename }'); // It has been accepted, and read so far.
    socket.destroy();
    await own.query('{ __typename }');
    await own.close();

    expect(own.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});

describe('a request that is answered', () => {
  it.each([
    ['POST', () => postJson({ query: '{ __typename }' })],
    [
      'POST with a charset',
      () => postJson({ query: '{ __typename }' }, { 'content-type': 'Application/JSON; charset="UTF-8"' }),
    ],
    ['GET with a preflight header', () => get({ query: '{ __typename }' }, PREFLIGHTED)],
    [
      'GET with an operation name for a preflight header',
      () => get({ query: '{ __typename }' }, { 'x-apollo-operation-name': 'x' }),
    ],
    ['GET with the type of JSON', () => get({ query: '{ __typename }' }, JSON_TYPE)],
    [
      'GET with variables',
      () =>
        get({ query: 'query ($x: Boolean!) { __typename @include(if: $x) }', variables: '{"x": true}' }, PREFLIGHTED),
    ],
    [
      'POST to an absolute address, as a proxy may send it',
      () =>
        send({
          path: 'http://evil.example/graphql',
          headers: JSON_TYPE,
          body: JSON.stringify({ query: '{ __typename }' }),
        }),
    ],
  ])('may be %s', async (_what, ask) => {
    const answer = await ask();

    expect(answer).toMatchObject({ status: 200, text: '{"data":{"__typename":"Query"}}\n' });
  });

  it('is kept by nobody on the way, framed by nobody, and taken for nothing but JSON', async () => {
    const { headers } = await postJson({ query: READ });

    expect(headers).toMatchObject({
      'content-type': expect.stringMatching(/^application\/json; charset=utf-8/),
      'cache-control': expect.stringMatching(/^(?:no-store|private, max-age=1[0-5])$/),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      vary: expect.stringContaining('Origin'),
    });
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('set-cookie');
  });

  it('hands no header of the caller on to the platform', async () => {
    const foreign = {
      'x-forwarded-for': '203.0.113.9',
      'x-cap-api-oauth-token': 'forged',
      'x-cap-api-attribution-entity-code': 'forged',
      cookie: 'a=b',
      traceparent: 'junk',
      forwarded: 'for=203.0.113.9',
    };

    const { status } = await postJson(
      { query: BALANCE, variables: { id: '21' } },
      { ...foreign, authorization: 'Basic Zm9v' },
    );

    expect(status).toBe(200);
    const sent = JSON.stringify(gateway.platform.requests.at(-1)?.headers);
    expect(sent).not.toMatch(/203\.0\.113\.9|forged|a=b|junk|Zm9v/);
  });

  it.each([
    ['Host', { host: 'evil.example' }],
    ['X-Forwarded-Host', { 'x-forwarded-host': 'evil.example' }],
    ['X-Forwarded-For', { 'x-forwarded-for': 'evil.example' }],
    ['Forwarded', { forwarded: 'host=evil.example;for=evil.example' }],
  ])('believes no %s: it is in no answer and no log line', async (_name, headers) => {
    const answers = [await postJson({ query: READ }, headers), await send({ method: 'GET', path: '/', headers })];

    expect(JSON.stringify(answers)).not.toContain('evil.example');
    expect(gateway.log.join('\n')).not.toContain('evil.example');
  });

  it('may be asked for in less time than we allow', async () => {
    gateway.platform.answer('/v2/customers/22/points/balance', () => undefined);

    const answer = await postJson({ query: BALANCE, variables: { id: '22' } }, { 'x-deadline-ms': '60' });

    expect(errorsOf(answer)).toMatchObject([{ extensions: { code: 'PLATFORM_TIMEOUT', retryable: true } }]);
  });
});

describe('a page of another origin', () => {
  const ask = (origin: string, method = 'POST') =>
    send({
      method,
      headers: { ...JSON_TYPE, origin },
      ...(method === 'POST' ? { body: JSON.stringify({ query: READ }) } : {}),
    });

  it.each([SHOP, 'https://app.example'])('may read answers when it is on the list: %s', async (origin) => {
    const { status, headers } = await ask(origin);

    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'access-control-allow-origin': origin, vary: expect.stringContaining('Origin') });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  const STRANGERS = [
    'https://evil.example',
    'null',
    '*',
    'http://shop.example',
    'https://shop.example.evil.example',
    'https://shop.example:8443',
    'https://sub.shop.example',
    'HTTPS://SHOP.EXAMPLE',
    'https://shop.example/',
    'https://shop.example, https://evil.example',
  ];

  it.each(STRANGERS.flatMap((origin) => [[origin, 'POST'] as const, [origin, 'OPTIONS'] as const]))(
    'is told nothing when it is not: %s by %s',
    async (origin, method) => {
      const { headers } = await ask(origin, method);

      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(headers.vary).toContain('Origin');
    },
  );

  it('may see why it was refused', async () => {
    const { headers } = await send({ headers: { 'content-type': 'text/plain', origin: SHOP }, body: '{}' });

    expect(headers).toMatchObject({ 'access-control-allow-origin': SHOP });
  });

  it('asks first, and is told the methods and headers', async () => {
    const { status, headers, text } = await send({
      method: 'OPTIONS',
      headers: {
        origin: SHOP,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,authorization',
      },
    });

    expect({ status, text }).toEqual({ status: 204, text: '' });
    expect(headers).toMatchObject({
      'access-control-allow-origin': SHOP,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': expect.stringMatching(/authorization.*content-type/),
      'access-control-max-age': expect.stringMatching(/^[1-9]\d*$/),
      vary: expect.stringContaining('Origin'),
    });
  });
});

describe('a document', () => {
  it.each([
    ['a misspelt field', '{ customr(id: "1") { id } }'],
    ['a misspelt field of a type', '{ customer(id: "1") { pointsBalanc { mainPoints } } }'],
    ['a misspelt argument', '{ customer(idd: "1") { id } }'],
    ['a misspelt enum value', '{ customer(id: "1") { pointsBalance(entityType: FLEETT) { mainPoints } } }'],
    ['a misspelt type', '{ ... on Custome { id } }'],
    ['a misspelt type of a variable', 'query ($x: LedgerBalanceFilte) { __typename }'],
    ['a misspelt input field', '{ customer(id: "1") { ledgerBalance(filter: { tillIdd: "1" }) { totalEntries } } }'],
    ['a misspelt directive', '{ __typename @includ(if: true) }'],
    ['a misspelt fragment', '{ ...Custome } fragment Customer on Query { __typename }'],
    ['a field without its selection', '{ customer(id: "1") }'],
  ])('with %s is refused without a hint at what there is', async (_what, query) => {
    const answer = await postJson({ query });

    expect(answer.status).toBe(400);
    expect(errorsOf(answer)[0]).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    expect(answer.text).not.toMatch(/did you mean/i);
    expect(callsSince()).toBe(0);
  });

  it.each([
    [
      'a misspelt enum value',
      'query ($t: EntityType!) { customer(id: "1") { pointsBalance(entityType: $t) { mainPoints } } }',
      { t: 'FLEETT' },
    ],
    [
      'a misspelt input field',
      'query ($f: LedgerBalanceFilter) { customer(id: "1") { ledgerBalance(filter: $f) { totalEntries } } }',
      { f: { tillIdd: '1' } },
    ],
  ])('with %s in its variables is refused without a hint at what there is', async (_what, query, variables) => {
    const answer = await postJson({ query, variables });

    expect(answer.status).toBe(400);
    expect(errorsOf(answer)[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    expect(answer.text).not.toMatch(/did you mean|FLEET\b|tillId\b/i);
    expect(callsSince()).toBe(0);
  });

  it.each([
    ['an operation that it does not hold', { query: `query A ${READ}`, operationName: 'B' }],
    ['two operations and no name', { query: `query A ${READ} query B ${READ}` }],
    ['two operations and null for a name', { query: `query A ${READ} query B ${READ}`, operationName: null }],
    ['a number for a name', { query: `query A ${READ}`, operationName: 1 }],
    ['a list for a name', { query: `query A ${READ}`, operationName: ['A'] }],
    ['an object for a name', { query: `query A ${READ}`, operationName: {} }],
    ['an operation of another case', { query: `query A ${READ}`, operationName: 'a' }],
    ['a name it has from every object', { query: `query A ${READ}`, operationName: '__proto__' }],
    ['a list for variables', { query: READ, variables: [] }],
    ['a text for variables', { query: READ, variables: '{}' }],
    ['an object for a document', { query: {} }],
    ['a subscription', { query: 'subscription { __typename }' }],
    ['a mutation', { query: 'mutation { __typename }' }],
  ])('is refused when the request names %s', async (_what, body) => {
    const answer = await postJson(body);

    expect([400, 405]).toContain(answer.status);
    expect(errorsOf(answer)[0]?.extensions).toMatchObject({
      code: expect.not.stringMatching('INTERNAL_SERVER_ERROR'),
      retryable: false,
    });
    expect(callsSince()).toBe(0);
  });

  it.each([
    ['its name', { query: `query A { __typename } query B ${READ}`, operationName: 'A' }],
    ['no name where it holds one', { query: 'query A { __typename }' }],
    ['null for a name where it holds one', { query: 'query A { __typename }', operationName: null }],
  ])('runs the one operation that is meant by %s', async (_what, body) => {
    const answer = await postJson(body);

    expect(answer).toMatchObject({ status: 200, text: '{"data":{"__typename":"Query"}}\n' });
  });

  it('that names 30 customers under as many aliases is refused whole', async () => {
    const fields = Array.from(
      { length: 30 },
      (_, index) => `c${index}: customer(id: "${index + 1000}") { pointsBalance { mainPoints } }`,
    );

    const answer = await postJson({ query: `{ ${fields.join('\n')} }` });

    expect(answer.status).toBe(400);
    expect(errorsOf(answer)).toMatchObject([{ extensions: { code: 'OPERATION_TOO_EXPENSIVE' } }]);
    expect(callsSince()).toBe(0);
  });
});

const BAD_IDS: readonly string[] = [
  '1e3',
  '-0',
  '-1',
  '1.5',
  '',
  ' ',
  ' 1 ',
  '1 ',
  '01',
  '+1',
  '0',
  '０１',
  '１２',
  '١٢',
  '१२',
  '1_000',
  '1,000',
  '0x10',
  '12n',
  '12345678901234567890',
  '9223372036854775808',
  '18446744073709551616',
  '.',
  '..',
  '../..',
  '../../v3/oauth/token/generate',
  '..%2f',
  '%2e%2e',
  '%252e',
  '1/../2',
  '1/',
  '/1',
  '1;jsessionid=x',
  '1?x=y',
  '1#f',
  '1&x=y',
  '\\',
  '1\\..',
  '1\u0000',
  '\u0000',
  '1\r\nX: y',
  '1%0d%0aX: y',
  '1\n',
  '\t1',
  '\u00a01',
  '1\u200b',
  '\u202e21',
  '\ud800',
  '//evil.example/x',
  'http://evil.example/',
  '@evil.example',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '__proto__',
  '[object Object]',
  '1'.repeat(100_000),
];
const ILL_TYPED_IDS = [true, false, 1.5, [], ['1'], {}, { id: '1' }, null];

describe('a customer id that is none', () => {
  const shown = (id: unknown) => JSON.stringify(id).slice(0, 40);
  const refused = (answer: RawAnswer) => {
    expect(answer.status).toBe(400);
    const [error, ...others] = errorsOf(answer);
    expect(error).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', retryable: false } });
    expect(others).toEqual([]);
    expect(JSON.parse(answer.text)).not.toHaveProperty('data');
    expect(callsSince()).toBe(0);
  };

  it.each([...BAD_IDS, ...ILL_TYPED_IDS].map((id) => [shown(id), id] as const))(
    'is refused as a variable, without a call: %s',
    async (_shown, id) => {
      refused(await postJson({ query: BALANCE, variables: { id } }));
    },
  );

  // A lone surrogate is no character of a document: the parser refuses it.
  it.each(BAD_IDS.filter((id) => id !== '\ud800').map((id) => [shown(id), id] as const))(
    'is refused as a literal, without a call: %s',
    async (_shown, id) => {
      refused(await postJson({ query: `{ customer(id: ${JSON.stringify(id)}) { pointsBalance { mainPoints } } }` }));
    },
  );

  it.each(BAD_IDS.map((id) => [shown(id), id] as const))(
    'is refused by GET, without a call: %s',
    async (_shown, id) => {
      // A request line has its own limit, and a lone surrogate is no character in an address.
      const spelt = id.length > 1000 ? id.slice(0, 1000) : id.replace('\ud800', '\ufffd');

      refused(await get({ query: BALANCE, variables: JSON.stringify({ id: spelt }) }, PREFLIGHTED));
    },
  );

  it.each([
    '1e3',
    '1E2',
    '1.0',
    '1.5',
    '-1.0',
    '4503599627370497.4',
    '9007199254740990.6',
    '9007199254740993',
    '1e400',
  ])('is refused as a JSON number, by POST and by GET, without a call: %s', async (number) => {
    const variables = `{"id":${number}}`;

    refused(await postText(`{"query":${JSON.stringify(BALANCE)},"variables":${variables}}`));
    refused(await get({ query: BALANCE, variables }, PREFLIGHTED));
  });

  it('may be a JSON number in plain digits, and beside text that only looks like another', async () => {
    const query = `query Q($id: ID!) { customer(id: $id) { pointsBalance { entityId } } } # "1.5e3\\" 1.5`;
    const answer = await postText(`{"query":${JSON.stringify(query)},"variables":{"id":7},"extensions":{"v":"1.0"}}`);

    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).not.toHaveProperty('errors');
  });

  it.each(['-0', '0', '-1', '01', '12345678901234567890', '9223372036854775808'])(
    'is refused as a number in the document, without a call: %s',
    async (literal) => {
      const answer = await postJson({ query: `{ customer(id: ${literal}) { pointsBalance { mainPoints } } }` });

      expect(answer.status).toBe(400);
      expect(errorsOf(answer)[0]?.extensions['code']).toMatch(/^(BAD_USER_INPUT|GRAPHQL_PARSE_FAILED)$/);
      expect(callsSince()).toBe(0);
    },
  );

  it.each(['1e3', '1.5', 'true', 'ONE', '[]', '["1"]', '{}', 'null'])(
    'is refused as another kind of literal, without a call: %s',
    async (literal) => {
      const answer = await postJson({ query: `{ customer(id: ${literal}) { pointsBalance { mainPoints } } }` });

      expect(answer.status).toBe(400);
      expect(errorsOf(answer)).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
      expect(callsSince()).toBe(0);
    },
  );

  it.each(BAD_IDS.map((id) => [shown(id), id] as const))(
    'is refused among good ones of a list, without a call for those: %s',
    async (_shown, id) => {
      const query = 'query ($ids: [ID!]!) { customers(ids: $ids) { pointsBalance { mainPoints } } }';

      refused(await postJson({ query, variables: { ids: ['31', id, '32'] } }));
    },
  );

  it.each(BAD_IDS.map((id) => [shown(id), id] as const))(
    'is refused under an alias in a fragment, without a call for its neighbour: %s',
    async (_shown, id) => {
      const query = `query ($bad: ID!) { good: customer(id: "33") { ...B } ...Rest }
        fragment Rest on Query { bad: customer(id: $bad) { ...B } }
        fragment B on Customer { pointsBalance { mainPoints } }`;

      refused(await postJson({ query, variables: { bad: id } }));
    },
  );

  it.each(['programId', 'tillId'])('has the same rule as a %s', async (argument) => {
    const selection =
      argument === 'programId'
        ? 'pointsBalance(programId: $x) { mainPoints }'
        : 'ledgerBalance(filter: { tillId: $x }) { totalEntries }';
    for (const id of BAD_IDS) {
      refused(
        await postJson({ query: `query ($x: ID) { customer(id: "34") { ${selection} } }`, variables: { x: id } }),
      );
    }
  });

  it('does not matter where the document skips it', async () => {
    const query = '{ __typename customer(id: "..") @skip(if: true) { id } }';

    expect(await postJson({ query })).toMatchObject({ status: 200, text: '{"data":{"__typename":"Query"}}\n' });
  });
});

describe('an argument out of its bounds', () => {
  const LEDGER = (args: string, definition: string) =>
    `query (${definition}) { customer(id: "41") { ledgerBalance(${args}) { totalEntries } } }`;
  const ENDING = LEDGER('filter: { endDate: $x }', '$x: LocalDateTime');
  const FIRST = LEDGER('first: $x', '$x: Int!');
  const AFTER = LEDGER('after: $x', '$x: String');
  const FILTER = LEDGER('filter: $x', '$x: LedgerBalanceFilter');
  const MAX_AGE = 'query ($x: Int) { customer(id: "41") { pointsBalance(maxAge: $x) { mainPoints } } }';
  const LOOKUP =
    'query ($x: CustomerLookupInput!) { customerByIdentifier(lookup: $x) { pointsBalance { mainPoints } } }';
  const IDS = 'query ($x: [ID!]!) { customers(ids: $x) { pointsBalance { mainPoints } } }';
  const by = (name: string, value: unknown) => ({ identifiers: [{ name, value }] });
  const cursor = (text: string) => Buffer.from(text).toString('base64url');

  it.each([
    ...[
      '2026-02-30T00:00:00',
      '2025-02-29T00:00:00',
      '9999-01-01T00:00:00',
      '0000-01-01T00:00:00',
      '1899-12-31T23:59:59',
      '2200-01-01T00:00:00',
      '2026-01-31T00:00:00Z',
      '2026-01-31T00:00:00+05:30',
      '2026-01-31T00:00:00\n',
      '\n2026-01-31T00:00:00',
      '2026-01-31',
      '2026-01-31 00:00:00',
      '2026-01-31t00:00:00',
      '2026-13-01T00:00:00',
      '2026-00-01T00:00:00',
      '2026-01-31T24:00:00',
      '2026-01-31T23:59:60',
      '2026-01-31T23:60:00',
      '+002026-01-31T00:00:00',
      '2026-1-31T0:0:0',
      '2026-01-31T00:00:00.000',
      '２０２６-01-31T00:00:00',
      '',
      'now',
      1_767_225_600_000,
      true,
      {},
      ['2026-01-31T00:00:00'],
    ].map((value) => [`endDate ${JSON.stringify(value)}`, ENDING, value] as const),
    ...[0, -1, 101, 2_147_483_648, 1.5, '10', null, [1], true].map(
      (value) => [`first ${JSON.stringify(value)}`, FIRST, value] as const,
    ),
    ...[-1, -2_147_483_648, 2_147_483_648, 0.5, '0'].map(
      (value) => [`maxAge ${JSON.stringify(value)}`, MAX_AGE, value] as const,
    ),
    ['101 ids', IDS, Array.from({ length: 101 }, (_, index) => String(index + 1))],
    ['10,000 ids', IDS, Array.from({ length: 10_000 }, (_, index) => String(index + 1))],
    ['null among the ids', IDS, ['1', null]],
    ['a list of ids within the list', IDS, [['1']]],
    ['a cursor of 20 kB', AFTER, cursor(`1.abcdefgh.0.0.${'A'.repeat(15_000)}`)],
    ['an empty cursor', AFTER, ''],
    ['a cursor that is none', AFTER, 'not a cursor'],
    ['a cursor of another version', AFTER, cursor('2.abcdefgh.0.0.')],
    ['a cursor with a page below 0', AFTER, cursor('1.abcdefgh.-1.0.')],
    ['a cursor with a page of 7 digits', AFTER, cursor('1.abcdefgh.1000000.0.')],
    ['a cursor with a line break', AFTER, cursor('1.abcdefgh.0.0.\n')],
    ['51 currencies', FILTER, { alternateCurrencyNames: Array.from({ length: 51 }, (_, index) => `C${index}`) }],
    ['no currency', FILTER, { alternateCurrencyNames: [] }],
    ['two currencies in one name', FILTER, { alternateCurrencyNames: ['Stars,Apples'] }],
    ['a currency with a line break within', FILTER, { alternateCurrencyNames: ['Stars\r\nX: y'] }],
    [
      'currencies by name, and all of them',
      FILTER,
      { alternateCurrencyNames: ['Stars'], includeAlternateCurrencies: true },
    ],
    ['no identifier', LOOKUP, { identifiers: [] }],
    [
      'six identifiers',
      LOOKUP,
      { identifiers: Array.from({ length: 6 }, (_, index) => ({ name: 'EXTERNAL_ID', value: `E${index}` })) },
    ],
    [
      'one kind of identifier twice',
      LOOKUP,
      {
        identifiers: [
          { name: 'MOBILE', value: '919999000001' },
          { name: 'MOBILE', value: '919999000002' },
        ],
      },
    ],
    ['an identifier of a kind that there is not', LOOKUP, by('CUSTOMER_ID', '1')],
    ...[
      '',
      ' ',
      'letters',
      '9199990000O1',
      '123',
      '1'.repeat(21),
      '1'.repeat(200),
      '９１９９９９０００００１',
      '٩١٩٩٩٩',
      '919999000001,919999000002',
      '\u200f919999000001',
      '9199990\u200d00001',
      '++919999000001',
      '91999\u00000001',
      '-919999000001x',
      '9e10',
      '91/../1',
    ].map((value) => [`mobile ${JSON.stringify(value)}`, LOOKUP, by('MOBILE', value)] as const),
    ...[
      '',
      'asha',
      '@example.com',
      'asha@',
      'a sha@example.com',
      'asha@example.com,b@example.com',
      'asha@example.com\r\nbcc: x',
      '\u202easha@example.com',
      `${'a'.repeat(250)}@example.com`,
    ].map((value) => [`e-mail ${JSON.stringify(value).slice(0, 40)}`, LOOKUP, by('EMAIL', value)] as const),
    ...['EXTERNAL_ID', 'CARD_NUMBER', 'CARD_EXTERNAL_ID'].flatMap((name) =>
      ['', '   ', 'A,B', 'A\u0000', 'A\u200fB', 'A\u2028B', '\ud800', 'x'.repeat(255), 'x'.repeat(100_000)].map(
        (value) => [`${name} ${JSON.stringify(value).slice(0, 40)}`, LOOKUP, by(name, value)] as const,
      ),
    ),
    ['a number for an identifier', LOOKUP, by('MOBILE', 919_999_000_001)],
    ['an account with a comma', LOOKUP, { ...by('MOBILE', '919999000001'), source: 'WECHAT', accountId: 'a,b' }],
    ['a source that there is not', LOOKUP, { ...by('MOBILE', '919999000001'), source: 'instore' }],
  ])('is refused, without a call: %s', async (_what, query, value) => {
    const answer = await postJson({ query, variables: { x: value } });

    expect(answer.status).toBe(400);
    expect(errorsOf(answer)[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', retryable: false } });
    expect(callsSince()).toBe(0);
  });

  it.each(['2026-02-30T00:00:00', '9999-01-01T00:00:00', '2026-01-31T00:00:00Z', '0000-01-01T00:00:00', ''])(
    'is refused as a literal, without a call: endDate "%s"',
    async (date) => {
      const answer = await postJson({
        query: `{ customer(id: "41") { ledgerBalance(filter: { endDate: "${date}" }) { totalEntries } } }`,
      });

      expect(answer.status).toBe(400);
      expect(errorsOf(answer)).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(callsSince()).toBe(0);
    },
  );

  it.each([
    ['a well-formed cursor of another customer', cursor('1.abcdefgh.0.0.')],
    ['a well-formed cursor that starts over', cursor('1.AAAAAAAA.0.-1.')],
  ])('is refused, without a call: %s', async (_what, value) => {
    const answer = await postJson({ query: AFTER, variables: { x: value } });

    expect(errorsOf(answer)).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', retryable: false } }]);
    expect(callsSince()).toBe(0);
  });
});

/** A value that looks like nothing else: where it shows up, something quoted what it refused. */
const CANARY = 'cAnArY7531';

describe('a value that was refused', () => {
  const LOOKUP = 'query ($x: CustomerLookupInput!) { customerByIdentifier(lookup: $x) { id } }';

  it.each<readonly [string, RawRequest['headers'], unknown]>([
    ['a customer id', {}, { query: BALANCE, variables: { id: CANARY } }],
    ['a customer id of the wrong type', {}, { query: BALANCE, variables: { id: { [CANARY]: CANARY } } }],
    ['a customer id in a list', {}, { query: BALANCE, variables: { id: [CANARY] } }],
    ['a customer id in the document', {}, { query: `{ customer(id: "${CANARY}") { id } }` }],
    ['a customer id in a block of text', {}, { query: `{ customer(id: """${CANARY}""") { id } }` }],
    ['a list in the document', {}, { query: `{ customer(id: ["${CANARY}"]) { id } }` }],
    ['an object in the document', {}, { query: `{ customer(id: { x: "${CANARY}" }) { id } }` }],
    [
      'an enum value in the document',
      {},
      { query: `{ customer(id: "1") { pointsBalance(entityType: ${CANARY}) { mainPoints } } }` },
    ],
    [
      'a text for an enum value in the document',
      {},
      { query: `{ customer(id: "1") { pointsBalance(entityType: "${CANARY}") { mainPoints } } }` },
    ],
    [
      'a text for a number in the document',
      {},
      { query: `{ customer(id: "1") { pointsBalance(maxAge: "${CANARY}") { mainPoints } } }` },
    ],
    [
      'a text for a number in variables',
      {},
      {
        query: 'query ($x: Int) { customer(id: "1") { pointsBalance(maxAge: $x) { mainPoints } } }',
        variables: { x: CANARY },
      },
    ],
    [
      'the default of a variable',
      {},
      { query: `query ($x: Int = "${CANARY}") { customer(id: "1") { pointsBalance(maxAge: $x) { mainPoints } } }` },
    ],
    ['a text for a directive', {}, { query: `{ __typename @include(if: "${CANARY}") }` }],
    ['a mobile', {}, { query: LOOKUP, variables: { x: { identifiers: [{ name: 'MOBILE', value: CANARY }] } } }],
    [
      'a mobile in the document',
      {},
      { query: `{ customerByIdentifier(lookup: { identifiers: [{ name: MOBILE, value: "${CANARY}" }] }) { id } }` },
    ],
    ['an e-mail', {}, { query: LOOKUP, variables: { x: { identifiers: [{ name: 'EMAIL', value: CANARY }] } } }],
    [
      'an external id',
      {},
      { query: LOOKUP, variables: { x: { identifiers: [{ name: 'EXTERNAL_ID', value: `${CANARY},` }] } } },
    ],
    [
      'the name of an identifier',
      {},
      { query: LOOKUP, variables: { x: { identifiers: [{ name: CANARY, value: '1' }] } } },
    ],
    ['a text for an identifier', {}, { query: LOOKUP, variables: { x: { identifiers: CANARY } } }],
    [
      'a source',
      {},
      { query: LOOKUP, variables: { x: { identifiers: [{ name: 'MOBILE', value: '919999000001' }], source: CANARY } } },
    ],
    ['an input field', {}, { query: LOOKUP, variables: { x: { identifiers: [], [CANARY]: 1 } } }],
    [
      'an endDate',
      {},
      {
        query:
          'query ($x: LocalDateTime) { customer(id: "1") { ledgerBalance(filter: { endDate: $x }) { totalEntries } } }',
        variables: { x: CANARY },
      },
    ],
    [
      'an endDate in the document',
      {},
      { query: `{ customer(id: "1") { ledgerBalance(filter: { endDate: "${CANARY}" }) { totalEntries } } }` },
    ],
    ['a cursor', {}, { query: `{ customer(id: "1") { ledgerBalance(after: "${CANARY}") { totalEntries } } }` }],
    ['a text that does not end', {}, { query: `{ customer(id: "${CANARY}` }],
    ['a text where none can be', {}, { query: `{ customer("${CANARY}") { id } }` }],
    ['a text with a bad escape', {}, { query: `{ customer(id: "${CANARY}\\q") { id } }` }],
    ['an operation name', {}, { query: 'query A { __typename }', operationName: CANARY }],
    ['variables that are a text', {}, { query: '{ __typename }', variables: CANARY }],
    ['a body that is not JSON', {}, `{"query": "${CANARY}`],
    ['a deadline', { 'x-deadline-ms': CANARY }, { query: '{ __typename }' }],
    ['a media type', { 'content-type': `application/${CANARY}` }, { query: '{ __typename }' }],
    ['an encoding', { 'content-encoding': CANARY }, { query: '{ __typename }' }],
    ['a media type to answer with', { accept: `application/${CANARY}` }, { query: '{ __typename }' }],
  ])('is quoted in no answer and no log line: %s', async (_what, headers, body) => {
    const answer = await postJson(body, headers as Record<string, string>);

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(errorsOf(answer)).not.toEqual([]);
    expect(answer.text).not.toContain(CANARY);
    expect(gateway.log.join('\n')).not.toContain(CANARY);
  });

  it.each([
    ['a path', { path: `/${CANARY}` }],
    ['a method', { method: 'PROPFIND', path: `/graphql?${CANARY}` }],
    ['variables in the address', { path: `/graphql?query=%7B__typename%7D&variables=${CANARY}`, headers: PREFLIGHTED }],
    [
      'an operation name in the address',
      { path: `/graphql?query=%7B__typename%7D&operationName=${CANARY}`, headers: PREFLIGHTED },
    ],
  ])('is quoted in no answer and no log line: %s', async (_what, request) => {
    const answer = await send({ method: 'GET', ...request });

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toContain(CANARY);
    expect(gateway.log.join('\n')).not.toContain(CANARY);
  });
});

describe('an answer to a caller with an alias of the prototype', () => {
  it('is an answer like any other', async () => {
    const answer = await postJson({ query: '{ __proto__: __typename constructor: __typename }' });

    expect(answer).toMatchObject({
      status: 200,
      text: '{"data":{"__proto__":"Query","constructor":"Query"}}\n',
    });
  });
});
