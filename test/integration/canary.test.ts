import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ErrorCode } from '../../src/domain/errors.ts';
import { answerEverything, BALANCE_PATHS } from '../support/faultAnswers.ts';
import {
  json,
  LEDGER_PATH,
  stall,
  TOKEN_PATH,
  tokenBody,
  type Answer,
  type SeenRequest,
} from '../support/fakePlatform.ts';
import { OAUTH, startGateway, type TestGateway } from '../support/gateway.ts';
import { endAll, run } from '../support/process.ts';
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { startIssuer, type Issuer } from '../support/tokens.ts';

jest.setTimeout(120_000);

/** Marked data of persons, as digits and as text: found anywhere but in the answer to who may read it, it has leaked. */
const MOBILE = '919876543210';
const ID = '565039505';
const CARD = '4111222233334444';
const EMAIL = 'cAnArY@example.org';
const WORD = 'cAnArY';
const CANARIES = [
  '919_876',
  'joe_at_example',
  MOBILE,
  ID,
  CARD,
  EMAIL,
  WORD,
  'canary',
  OAUTH.CAPILLARY_CLIENT_SECRET,
  'token-',
];

interface Carried {
  readonly query?: unknown;
  readonly variables?: unknown;
  readonly operationName?: unknown;
  readonly extensions?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came back, but for the data. */
interface Came {
  readonly errors: string;
  readonly codes: readonly string[];
  readonly headers: string;
}

/** So many of the carriers below reach the platform, and so many do not, or they test nothing. */
const ASKING = 10;
const REFUSED = 20;

const BALANCES = 'pointsBalance { mainPoints } ledgerBalance { totalEntries }';
const lookup = (name: string, value: string) => ({
  lookup: { identifiers: [{ name, value }], source: 'WECHAT', accountId: WORD },
});
const BY_LOOKUP = `query ($lookup: CustomerLookupInput!) { customerByIdentifier(lookup: $lookup) { externalId ${BALANCES} } }`;

/** Every place of a request that a caller may write somebody's data into. */
const CARRIERS: readonly (readonly [where: string, Carried])[] = [
  ['a variable, an id', { query: `query ($id: ID!) { customer(id: $id) { ${BALANCES} } }`, variables: { id: ID } }],
  ['a variable, a mobile', { query: BY_LOOKUP, variables: lookup('MOBILE', MOBILE) }],
  ['a variable, an e-mail', { query: BY_LOOKUP, variables: lookup('EMAIL', EMAIL) }],
  ['a variable, a card', { query: BY_LOOKUP, variables: lookup('CARD_NUMBER', CARD) }],
  ['a variable, an external id', { query: BY_LOOKUP, variables: lookup('EXTERNAL_ID', WORD) }],
  [
    'a variable of the wrong type',
    { query: `query ($id: ID!) { customer(id: $id) { id } }`, variables: { id: { [WORD]: [MOBILE] } } },
  ],
  [
    'a variable that nobody declared',
    { query: `query ($id: ID!) { customer(id: $id) { id } }`, variables: { [`m${MOBILE}`]: EMAIL } },
  ],
  ['an enum that is none', { query: BY_LOOKUP, variables: lookup(WORD, MOBILE) }],
  ['a literal, an id', { query: `{ customer(id: "${ID}") { ${BALANCES} } }` }],
  ['a literal list', { query: `{ customers(ids: ["${ID}", "${ID}"]) { ${BALANCES} } }` }],
  ['a literal that is no id', { query: `{ customer(id: "${EMAIL}") { id } }` }],
  ['a number that is no id', { query: `{ customer(id: -${MOBILE}) { id } }` }],
  [
    'a literal e-mail',
    {
      query: `{ customerByIdentifier(lookup: { identifiers: [{ name: EMAIL, value: "${EMAIL}" }] }) { ${BALANCES} } }`,
    },
  ],
  [
    'a literal of a wrong name',
    { query: `{ customerByIdentifier(lookup: { identifiers: [{ name: ${WORD}, value: "${MOBILE}" }] }) { id } }` },
  ],
  ['a till', { query: `{ customer(id: "${ID}") { ledgerBalance(filter: { tillId: "${EMAIL}" }) { totalEntries } } }` }],
  [
    'a currency',
    {
      query: `{ customer(id: "${ID}") { ledgerBalance(filter: { alternateCurrencyNames: ["${EMAIL}"] }) { totalEntries } } }`,
    },
  ],
  [
    'a date',
    { query: `{ customer(id: "${ID}") { ledgerBalance(filter: { endDate: "${EMAIL}" }) { totalEntries } } }` },
  ],
  ['a cursor', { query: `{ customer(id: "${ID}") { ledgerBalance(after: "${EMAIL}") { totalEntries } } }` }],
  [
    'an alias',
    {
      query: `{ a${MOBILE}: customer(id: "${ID}") { b${CARD}: pointsBalance { mainPoints } ledgerBalance { totalEntries } } }`,
    },
  ],
  ['an alias that contradicts', { query: `{ a${MOBILE}: customer(id: "${ID}") { id } a${MOBILE}: me { id } }` }],
  [
    'an operation name',
    { query: `query N${MOBILE} { customer(id: "${ID}") { ${BALANCES} } }`, operationName: `N${MOBILE}` },
  ],
  ['an operation name that is none', { query: `query A { me { id } } query B { me { id } }`, operationName: EMAIL }],
  [
    'an operation name without a digit',
    { query: `query N${WORD}_joe_at_example_org { customer(id: "${ID}") { ${BALANCES} } }` },
  ],
  ['names with digits here and there', { query: `query M919_876_543_210 { m919_876_543_210 }` }],
  ['a field', { query: `{ m${MOBILE} }` }],
  ['an argument', { query: `{ me { pointsBalance(m${MOBILE}: "${EMAIL}") { mainPoints } } }` }],
  ['a type', { query: `{ me { ... on T${MOBILE} { id } } }` }],
  ['a fragment', { query: `{ me { ...F${MOBILE} } }` }],
  ['a directive', { query: `{ me @d${MOBILE}(x: "${EMAIL}") { id } }` }],
  ['a variable’s name', { query: `query ($m${MOBILE}: ID!) { customer(id: $m${MOBILE}) { id } }` }],
  ['a comment', { query: `{ me { id } } # ${EMAIL} ${MOBILE}` }],
  ['text that is no GraphQL', { query: `{ me(${MOBILE} "${EMAIL}` }],
  ['a query that is no text', { query: { [WORD]: EMAIL } }],
  ['a hash', { extensions: { persistedQuery: { version: 1, sha256Hash: EMAIL } } }],
  [
    'a hash of another text',
    {
      query: `{ me { id } }`,
      extensions: {
        persistedQuery: { version: 1, sha256Hash: `${MOBILE}${CARD}${MOBILE}${CARD}${MOBILE}`.slice(0, 64) },
      },
    },
  ],
  ['extensions', { query: `{ me { id } }`, extensions: EMAIL }],
  ['a token', { query: `{ me { id } }`, headers: { authorization: `Bearer ${WORD}.${MOBILE}.${CARD}` } }],
  ['another scheme', { query: `{ me { id } }`, headers: { authorization: `Basic ${WORD}${MOBILE}` } }],
  ['a deadline', { query: `{ me { id } }`, headers: { 'x-deadline-ms': EMAIL } }],
  ['an explain header', { query: `{ customer(id: "${ID}") { ${BALANCES} } }`, headers: { 'x-explain': EMAIL } }],
  [
    'headers of the caller’s own',
    {
      query: `{ customer(id: "${ID}") { ${BALANCES} } }`,
      headers: {
        'user-agent': EMAIL,
        referer: `https://shop.example/${MOBILE}`,
        cookie: `mobile=${MOBILE}`,
        origin: `https://${MOBILE}.example`,
        'x-request-id': EMAIL,
        traceparent: EMAIL,
        'apollographql-client-name': EMAIL,
        'x-forwarded-for': EMAIL,
        from: EMAIL,
      },
    },
  ],
];

/** What the platform does, with as much of the request in it as it can put there. */
const echo = ({ path, params, headers }: SeenRequest) => JSON.stringify({ path, params, headers, WORD, EMAIL });
const failing =
  (status: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (request, response) => {
    response.writeHead(status, { 'content-type': 'text/html', 'x-cap-request-id': `${EMAIL} ${MOBILE}`, ...headers });
    response.end(`<html>${echo(request)}</html>`);
  };
const business =
  (code: number): Answer =>
  (request, response) =>
    json({
      errors: [{ code, message: echo(request), status: false }],
      warnings: [{ code: 1, message: echo(request) }],
    })(request, response);

const PLATFORM: readonly (readonly [does: string, Answer, ...codes: ErrorCode[]])[] = [
  ['fails', failing(500), 'PLATFORM_UNAVAILABLE'],
  ['calls the request by somebody’s number', failing(500, { 'x-cap-request-id': MOBILE }), 'PLATFORM_UNAVAILABLE'],
  ['is busy', failing(503, { 'retry-after': EMAIL }), 'PLATFORM_UNAVAILABLE'],
  ['is spent', failing(429, { 'retry-after': '1' }), 'PLATFORM_QUOTA_SPENT'],
  ['refuses the token', failing(401), 'PLATFORM_DENIED'],
  ['forbids', failing(403), 'PLATFORM_DENIED'],
  ['answers 404', failing(404), 'PLATFORM_BAD_RESPONSE'],
  ['sends elsewhere', failing(302, { location: `https://elsewhere.example/${MOBILE}` }), 'PLATFORM_BAD_RESPONSE'],
  ['answers HTML', failing(200), 'PLATFORM_BAD_RESPONSE'],
  [
    'answers nonsense',
    (request, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(`{${echo(request)}`),
    'PLATFORM_BAD_RESPONSE',
  ],
  [
    'answers another shape',
    (request, response) =>
      json({ entityId: EMAIL, [WORD]: echo(request), customerDetails: { userId: EMAIL } })(request, response),
    'PLATFORM_BAD_RESPONSE',
  ],
  ['knows nobody', business(8015), 'CUSTOMER_NOT_FOUND'],
  ['knows an error we do not', business(76_543), 'PLATFORM_BAD_RESPONSE'],
  ['refuses the filter', business(11_011), 'INVALID_FILTER', 'PLATFORM_BAD_RESPONSE'],
  ['hangs up', (_request, response) => void response.destroy(), 'PLATFORM_UNAVAILABLE'],
  ['is silent', stall, 'PLATFORM_TIMEOUT'],
];

describeWithRedis('somebody’s data', () => {
  let redis: TestRedis;
  let issuer: Issuer;
  let staff: { readonly authorization: string };
  /** Those whose question the platform is asked; the others are refused before, or ask for nothing. */
  const asking: (typeof CARRIERS)[number][] = [];
  const refused: (typeof CARRIERS)[number][] = [];
  beforeAll(async () => {
    [redis, issuer] = await Promise.all([startRedis(), startIssuer()]);
    await redis.client.connect();
    staff = await issuer.authorization({ sub: 'clerk', scope: 'loyalty:read:any' });
    const gateway = await startFresh({ CACHE_FRESH_SECONDS: '0', CACHE_STALE_SECONDS: '0' });
    answerEverything(gateway.platform);
    for (const carrier of CARRIERS) {
      const before = gateway.platform.requests.length;
      await carry(gateway, carrier[1]);
      (gateway.platform.requests.length > before ? asking : refused).push(carrier);
    }
    await gateway.close();
  });
  afterAll(async () => {
    await Promise.all([issuer.close(), redis.close()]);
  });

  /** Gateways of single tests, closed also behind one that fails. */
  const owned: TestGateway[] = [];
  afterEach(async () => {
    await Promise.all(owned.splice(0).map((gateway) => gateway.close()));
  });

  /** One that has asked nothing yet: its breakers are closed, and nothing is kept, not even in Redis. */
  async function startFresh(env: Readonly<Record<string, string>> = {}): Promise<TestGateway> {
    await redis.client.flushall();
    const gateway = await startGateway({
      env: {
        ...issuer.env,
        LOG_LEVEL: 'debug',
        REDIS_URL: redis.url,
        CACHE_FRESH_SECONDS: '60',
        CACHE_STALE_SECONDS: '60',
        CAPILLARY_REQUESTS_PER_MINUTE: '100000',
        OPERATIONS_MODE: 'off',
        ...env,
      },
    });
    gateway.platform.answer(TOKEN_PATH, json(tokenBody('token-cAnArY')));
    owned.push(gateway);
    return gateway;
  }

  async function startBefore(answer: Answer): Promise<TestGateway> {
    const gateway = await startFresh();
    gateway.platform.answer(/^\/v2\//, answer);
    return gateway;
  }

  async function carry(gateway: TestGateway, { headers, ...body }: Carried, deadlineMs = 3000): Promise<Came> {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-deadline-ms': String(deadlineMs), ...staff, ...headers },
      body: JSON.stringify(body),
    });
    const { errors = [] } = (await response.json()) as { errors?: readonly { extensions: { code: string } }[] };
    return {
      // `path` holds the caller's own aliases, for the caller to find the place: GraphQL says so.
      errors: JSON.stringify(errors.map((error) => ({ ...error, path: undefined }))),
      codes: errors.map(({ extensions }) => extensions.code),
      headers: JSON.stringify([...response.headers]),
    };
  }

  async function everythingElse(gateway: TestGateway): Promise<string> {
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
    const readiness = await (await fetch(`${gateway.adminUrl}/readyz`)).text();
    const keys = await redis.client.keys('*');
    const values = await Promise.all(
      keys.map(async (key) =>
        (await redis.client.type(key)) === 'string' ? redis.client.get(key) : redis.client.type(key),
      ),
    );
    return JSON.stringify([gateway.log, metrics, readiness, keys, values]);
  }

  function expectNone(place: string, text: string): void {
    for (const canary of CANARIES)
      expect({ place, canary, isThere: text.includes(canary) }).toEqual({ place, canary, isThere: false });
  }

  it('comes both in what the platform is asked and in what is refused before', () => {
    expect({ asking: asking.length >= ASKING, refused: refused.length >= REFUSED }).toEqual({
      asking: true,
      refused: true,
    });
  });

  it.each(PLATFORM)(
    'is in no error, header, log, metric or Redis key when the platform %s, wherever a caller wrote it',
    async (_does, answer, ...expected) => {
      for (const [where, carried] of asking) {
        // A gateway for each: behind an open breaker, or from what is kept, the platform would not be asked again.
        const gateway = await startBefore(answer);
        const { errors, codes, headers } = await carry(gateway, carried, answer === stall ? 400 : 3000);
        const isAsked = gateway.platform.requests.length > 0;

        expect({ where, isAsked }).toEqual({ where, isAsked: true });
        expect(codes.length).toBeGreaterThan(0);
        expect(expected).toEqual(expect.arrayContaining([...codes]));
        expectNone(`errors, carried as ${where}`, errors);
        expectNone(`headers, carried as ${where}`, headers);
        expectNone(`everything else, carried as ${where}`, await everythingElse(gateway));
        await gateway.close();
      }
    },
  );

  it('is in no error, header, log, metric or Redis key of what is refused, without a call, wherever a caller wrote it', async () => {
    const gateway = await startBefore(stall);
    for (const [where, carried] of refused) {
      const { errors, headers } = await carry(gateway, carried);
      expectNone(`errors, carried as ${where}`, errors);
      expectNone(`headers, carried as ${where}`, headers);
    }

    expect(gateway.platform.requests).toEqual([]);
    expectNone('everything else', await everythingElse(gateway));
  });

  it('is in no log, metric or Redis key when all goes well', async () => {
    const gateway = await startFresh();
    answerEverything(gateway.platform);
    for (const [, carried] of CARRIERS) await carry(gateway, carried);
    expect(gateway.platform.requests.some(({ path }) => BALANCE_PATHS.test(path))).toBe(true);
    expect(gateway.platform.requests.some(({ path }) => path === LEDGER_PATH)).toBe(true);

    expectNone('everything else', await everythingElse(gateway));
  });

  it('is in no page, and in no refusal of a request that is none', async () => {
    const gateway = await startFresh();
    for (const [method, path, headers] of [
      ['GET', `/graphql?query=${EMAIL}&variables=${MOBILE}`, {}],
      ['GET', `/graphql?${EMAIL}=${MOBILE}`, { accept: 'text/html' }],
      ['GET', `/${EMAIL}/${MOBILE}`, {}],
      ['PUT', `/graphql?${MOBILE}`, {}],
      ['POST', '/graphql', { 'content-type': `text/${WORD}` }],
      ['OPTIONS', '/graphql', { origin: `https://${MOBILE}.example`, 'access-control-request-headers': WORD }],
    ] as const) {
      const response = await fetch(new URL(path, gateway.url), { method, headers });
      expectNone(`${method} ${path}`, `${await response.text()} ${JSON.stringify([...response.headers])}`);
    }
    expectNone('everything else', await everythingElse(gateway));
  });
});

describe('a crash', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loyalty-graph-crash-'));
  afterAll(async () => {
    await endAll();
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['an error that nobody caught', 'throw error;'],
    ['a promise that nobody heard', 'void Promise.reject(error);'],
  ])('of %s ends the process, and leaves one line that says where, and not what', async (_what, fail) => {
    // Loaded into the process beside the program, as a library of it might fail.
    const module = join(folder, 'fails.mjs');
    const error = `new Error('${EMAIL}\\n    at ${MOBILE}')`;
    writeFileSync(module, `setTimeout(() => { const error = ${error}; ${fail} }, 1500);`);
    const started = run(['serve'], { PORT: '0', ADMIN_PORT: '0', NODE_OPTIONS: `--import=file://${module}` });

    const { exitCode, stdout, stderr } = await started.ended;

    expect(exitCode).toBe(1);
    expect(`${stdout}${stderr}`).not.toMatch(new RegExp(`${EMAIL}|${MOBILE}`));
    expect(stderr).toBe('');
    const last = stdout.trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({ level: 'fatal', msg: 'crashed', failure: { kind: 'Error' } });
  });
});
