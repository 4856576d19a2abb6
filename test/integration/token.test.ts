import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import {
  answerEverything,
  balanceOfRequest,
  BALANCE_PATHS,
  held,
  htmlPage,
  PLATFORM_TEXT,
  raw,
  scriptTokens,
  signInFailure,
  unauthorizedXml,
} from '../support/faultAnswers.ts';
import { businessError, json, stall, tokenBody, type Answer } from '../support/fakePlatform.ts';
import { OAUTH, startGateway, TILL, type GraphQLAnswer, type TestGateway } from '../support/gateway.ts';

/** Life of the tokens here, and the moment they are renewed. */
const TTL_SECONDS = 300;
const TTL_MS = 300_000;
const RENEW_MS = 240_000;

let gateway: TestGateway;
let clock: FakeClock;
beforeEach(async () => {
  clock = fakeClock();
  gateway = await startGateway({ clock, env: { MAX_PLATFORM_CALLS: '1000' } });
  answerEverything(gateway.platform);
});
afterEach(() => gateway.close());

const read = (id = 42, headers: Readonly<Record<string, string>> = {}) =>
  gateway.query(`{ customer(id: ${id}) { pointsBalance { mainPoints } } }`, undefined, headers);
const readMany = (count: number) => Promise.all(Array.from({ length: count }, (_, index) => read(1000 + index)));
/** A hundred customers in one operation: a hundred reads side by side. */
const readList = (from: number) =>
  gateway.query('query ($ids: [ID!]!) { customers(ids: $ids) { pointsBalance { mainPoints } } }', {
    ids: Array.from({ length: 100 }, (_, index) => String(from + index)),
  });
const signIns = () => gateway.platform.tokenRequests.length;
const tokensSeen = () => gateway.platform.requests.map(({ headers }) => headers['x-cap-api-oauth-token']);

const token = (n: number, ttlSeconds = TTL_SECONDS): Answer => json(tokenBody(`token-${n}`, ttlSeconds));
const invalidClient = json({ data: null, errors: [{ code: 320001, message: PLATFORM_TEXT }] });

/** Knows these tokens no more; reads with any other are answered. */
function refuseTokens(refusal: Answer, ...tokens: readonly string[]): void {
  gateway.platform.answer(BALANCE_PATHS, (request, response) => {
    const shown = String(request.headers['x-cap-api-oauth-token']);
    (tokens.includes(shown) ? refusal : balanceOfRequest)(request, response);
  });
}

function expectData(answer: GraphQLAnswer): void {
  expect(answer.errors).toBeUndefined();
  expect(answer.data).toEqual({ customer: { pointsBalance: { mainPoints: '8500.000' } } });
}

function expectError(answer: GraphQLAnswer, code: string): void {
  expect(answer.data).toEqual({ customer: { pointsBalance: null } });
  expect(answer.errors).toMatchObject([{ path: ['customer', 'pointsBalance'], extensions: { code } }]);
}

describe('a token', () => {
  it('is fetched once for fifty operations that start at once', async () => {
    const first = held(token(1));
    const script = scriptTokens(gateway.platform, first.answer);
    const operations = readMany(50);
    await script.arrived(1);
    first.release();

    (await operations).forEach(expectData);
    expect(signIns()).toBe(1);
    expect(new Set(tokensSeen())).toEqual(new Set(['token-1']));
  }, 20_000);

  it('is not fetched before something is read', async () => {
    await gateway.query('{ customer(id: 42) { id } }');

    expect(signIns()).toBe(0);
  });

  it('is used for 80 % of its life without another sign-in', async () => {
    await read();
    clock.advance(RENEW_MS - 1);
    expectData(await read());

    expect(signIns()).toBe(1);
  });

  it('is renewed behind 80 % of its life, while the old one goes on being used', async () => {
    const second = held(token(2));
    const script = scriptTokens(gateway.platform, token(1), second.answer);
    await read();
    clock.advance(RENEW_MS);

    (await readMany(5)).forEach(expectData);
    await script.arrived(2);
    expect(new Set(tokensSeen())).toEqual(new Set(['token-1']));

    second.release();
    for (let tries = 0; tries < 100 && tokensSeen().at(-1) === 'token-1'; tries += 1) expectData(await read());
    expect(tokensSeen().at(-1)).toBe('token-2');
    expect(signIns()).toBe(2);
  });

  it('is waited for once the old one has expired', async () => {
    const second = held(token(2));
    const script = scriptTokens(gateway.platform, token(1), second.answer);
    await read();
    clock.advance(TTL_MS);

    const operations = readMany(10);
    await script.arrived(2);
    expect(gateway.platform.requests).toHaveLength(1);
    second.release();

    (await operations).forEach(expectData);
    expect(tokensSeen()).toEqual(['token-1', ...Array.from({ length: 10 }, () => 'token-2')]);
    expect(signIns()).toBe(2);
  });

  it.each<[string, Answer]>([
    ['fails', htmlPage(500)],
    ['refuses', invalidClient],
    ['is busy', htmlPage(429)],
    ['answers nonsense', htmlPage(200)],
    ['never answers', stall],
    ['breaks off', (_request, response) => void response.socket?.destroy()],
  ])('is used to the end of its life when the sign-in %s', async (_what, answer) => {
    const script = scriptTokens(gateway.platform, token(1), answer);
    await read();
    clock.advance(RENEW_MS);
    expectData(await read());
    await script.arrived(2);
    clock.advance(TTL_MS - RENEW_MS - 1);

    expectData(await read());
    expect(new Set(tokensSeen())).toEqual(new Set(['token-1']));
  });

  it('that has expired while the sign-in is down is PLATFORM_UNAVAILABLE, until the sign-in is back', async () => {
    scriptTokens(gateway.platform, token(1), htmlPage(500));
    await read();
    clock.advance(TTL_MS);
    expectError(await read(), 'PLATFORM_UNAVAILABLE');

    scriptTokens(gateway.platform, token(2));
    clock.advance(1000);
    expectData(await read());
    expect(tokensSeen()).toEqual(['token-1', 'token-2']);
  });

  it('lives as long as ttlSeconds says, whatever its own exp claims', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const jwt = `${part({ alg: 'RS256' })}.${part({ exp: 1_000_000_000, iat: 999_999_700 })}.c2lnbmF0dXJl`;
    scriptTokens(gateway.platform, json(tokenBody(jwt, TTL_SECONDS)));
    await read();
    clock.advance(RENEW_MS - 1);
    expectData(await read());

    expect(tokensSeen()).toEqual([jwt, jwt]);
    expect(signIns()).toBe(1);
  });

  it.each([
    ['one second', '1'],
    ['thirty days', '2592000'],
    ['three hundred seconds as text', '"300"'],
  ])('may live %s', async (_what, ttl) => {
    scriptTokens(gateway.platform, raw(`{ "data": { "accessToken": "token-1", "ttlSeconds": ${ttl} } }`));

    expectData(await read());
  });
});

describe.each<[string, Answer]>([
  ['401 in XML', unauthorizedXml],
  ['498', htmlPage(498)],
  ['498 in the v1.1 envelope, with 200', signInFailure('498')],
  ['401 as a code, with 200', businessError(401)],
])('a read that is refused for its token (%s)', (_what, refusal) => {
  it('is sent once more with a fresh one', async () => {
    refuseTokens(refusal, 'token-1');

    expectData(await read());
    expect(tokensSeen()).toEqual(['token-1', 'token-2']);
    expect(signIns()).toBe(2);
  });

  it('twice is PLATFORM_DENIED after exactly two reads', async () => {
    refuseTokens(refusal, 'token-1', 'token-2', 'token-3');

    expectError(await read(), 'PLATFORM_DENIED');
    expect(tokensSeen()).toEqual(['token-1', 'token-2']);
    expect(signIns()).toBe(2);
  });

  it('is one of two hundred: one sign-in serves them all', async () => {
    await read();
    refuseTokens(refusal, 'token-1');

    const answers = await Promise.all([readList(1000), readList(2000)]);

    expect(answers.map(({ errors }) => errors)).toEqual([undefined, undefined]);
    expect(tokensSeen()).toContain('token-2');
    expect(signIns()).toBe(2);
  });

  it('for good is one of two hundred: one sign-in tells that it is no use', async () => {
    await read();
    gateway.platform.answer(BALANCE_PATHS, refusal);

    const answers = await Promise.all([readList(1000), readList(2000)]);

    const codes = answers.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions['code']));
    expect(codes).toEqual(Array.from({ length: 200 }, () => 'PLATFORM_DENIED'));
    expect(signIns()).toBe(2);
  });

  it('of a till is PLATFORM_DENIED after exactly one read, and nobody signs in', async () => {
    const till = await startGateway({ env: TILL });
    till.platform.answer(BALANCE_PATHS, refusal);

    const answer = await till.query('{ customer(id: 42) { pointsBalance { mainPoints } } }');
    await till.close();

    expectError(answer, 'PLATFORM_DENIED');
    expect(till.platform.requests).toHaveLength(1);
    expect(till.platform.tokenRequests).toEqual([]);
  });
});

describe('a refused token', () => {
  it('leaves its siblings whole where only one resource refuses it', async () => {
    gateway.platform.answer('/v2/customers/42/points/balance', unauthorizedXml);

    const { data, errors } = await gateway.query(
      '{ customer(id: 42) { pointsBalance { mainPoints } ledgerBalance { totalEntries } } }',
    );

    expect(data).toEqual({ customer: { pointsBalance: null, ledgerBalance: { totalEntries: 1 } } });
    expect(errors).toMatchObject([{ extensions: { code: 'PLATFORM_DENIED', retryable: false } }]);
  });

  it('while nobody can sign in is PLATFORM_UNAVAILABLE, after one read', async () => {
    scriptTokens(gateway.platform, token(1), htmlPage(503));
    refuseTokens(unauthorizedXml, 'token-1');

    expectError(await read(), 'PLATFORM_UNAVAILABLE');
    expect(tokensSeen()).toEqual(['token-1']);
  });

  it('of 403 is no matter of the token: one read, one sign-in', async () => {
    refuseTokens(htmlPage(403), 'token-1');

    expectError(await read(), 'PLATFORM_DENIED');
    expect(tokensSeen()).toEqual(['token-1']);
    expect(signIns()).toBe(1);
  });
});

describe('a sign-in', () => {
  it.each<[string, string, Answer]>([
    ['320001 with 200', 'PLATFORM_DENIED', invalidClient],
    ['320001 with 400', 'PLATFORM_DENIED', json({ data: null, errors: [{ code: 320001 }] }, 400)],
    ['320001 with 401', 'PLATFORM_DENIED', json({ data: null, errors: [{ code: 320001 }] }, 401)],
    ['401 in XML', 'PLATFORM_DENIED', unauthorizedXml],
    ['403', 'PLATFORM_DENIED', htmlPage(403)],
    ['429', 'PLATFORM_QUOTA_SPENT', htmlPage(429)],
    ['500', 'PLATFORM_UNAVAILABLE', htmlPage(500)],
    ['502', 'PLATFORM_UNAVAILABLE', htmlPage(502)],
    ['a broken connection', 'PLATFORM_UNAVAILABLE', (_request, response) => void response.socket?.destroy()],
    ['HTML with 200', 'PLATFORM_BAD_RESPONSE', htmlPage(200)],
    ['nothing with 200', 'PLATFORM_BAD_RESPONSE', raw('')],
    [
      'an unknown code',
      'PLATFORM_BAD_RESPONSE',
      json({ data: null, errors: [{ code: 999_999, message: PLATFORM_TEXT }] }),
    ],
    [
      'a token beside an error',
      'PLATFORM_BAD_RESPONSE',
      json({ data: { accessToken: 'x', ttlSeconds: 9 }, errors: [{ code: 999_999 }] }),
    ],
    ['a code without a message', 'PLATFORM_BAD_RESPONSE', json({ data: null, errors: [{ code: null }] })],
  ])('answered with %s is %s, and sends no read', async (_what, code, answer) => {
    scriptTokens(gateway.platform, answer);

    expectError(await read(), code);
    expect(gateway.platform.requests).toEqual([]);
  });

  const bodies = {
    'no data': '{ "data": null, "errors": null }',
    'no token': '{ "data": { "ttlSeconds": 300 } }',
    'no life': '{ "data": { "accessToken": "token-1" } }',
    ...Object.fromEntries(
      ['0', '-1', '1.5', 'null', 'true', '"soon"', '""', '1e400', '99999999999', '[300]'].map((ttl) => [
        `a life of ${ttl}`,
        `{ "data": { "accessToken": "token-1", "ttlSeconds": ${ttl} } }`,
      ]),
    ),
    ...Object.fromEntries(
      ['a\nx-evil: 1', 'a\r\n', 'a b', 'a\tb', 'a\u0000', 'tökén', '', ' token', 'x'.repeat(8193)].map(
        (accessToken) => [
          `the token ${JSON.stringify(accessToken).slice(0, 20)}`,
          JSON.stringify({ data: { accessToken, ttlSeconds: 300 } }),
        ],
      ),
    ),
    'a token that is a number': '{ "data": { "accessToken": 1, "ttlSeconds": 300 } }',
  };

  it.each(Object.entries(bodies))('with %s is PLATFORM_BAD_RESPONSE, and sends no read', async (_what, body) => {
    scriptTokens(gateway.platform, raw(body));

    expectError(await read(), 'PLATFORM_BAD_RESPONSE');
    expect(gateway.platform.requests).toEqual([]);
  });

  it('that never answers is PLATFORM_TIMEOUT at the deadline', async () => {
    const script = scriptTokens(gateway.platform, stall);
    const operation = read();
    await script.arrived(1);
    clock.advance(3000);

    expectError(await operation, 'PLATFORM_TIMEOUT');
    expect(gateway.platform.requests).toEqual([]);
  });

  it('goes on for the others when the deadline of the operation that began it is over', async () => {
    const first = held(token(1));
    const script = scriptTokens(gateway.platform, first.answer);
    const hurried = read(42, { 'x-deadline-ms': '100' });
    await script.arrived(1);
    const patient = read(43);
    clock.advance(100);
    expectError(await hurried, 'PLATFORM_TIMEOUT');
    first.release();

    expectData(await patient);
    expect(signIns()).toBe(1);
  });

  it('that failed is not tried again within a second, and is tried again after', async () => {
    const failing = held(htmlPage(500));
    const script = scriptTokens(gateway.platform, failing.answer, token(1));
    const crowd = readList(1000);
    await script.arrived(1);
    failing.release();

    const codes = (await crowd).errors?.map(({ extensions }) => extensions['code']);
    expect(codes).toEqual(Array.from({ length: 100 }, () => 'PLATFORM_UNAVAILABLE'));
    clock.advance(999);
    expectError(await read(), 'PLATFORM_UNAVAILABLE');
    expect(signIns()).toBe(1);

    clock.advance(1);
    expectData(await read());
    expect(signIns()).toBe(2);
  });
});

describe('secret and token', () => {
  it.each<[string, () => void]>([
    ['all is well', () => undefined],
    ['the token is refused', () => refuseTokens(unauthorizedXml, 'token-1', 'token-2')],
    ['the sign-in fails', () => scriptTokens(gateway.platform, htmlPage(500))],
    [
      'the platform repeats what it was sent',
      () => {
        const echo: Answer = (request, response) =>
          json({ data: null, errors: [{ code: 320001, message: request.body }], warnings: request.headers })(
            request,
            response,
          );
        scriptTokens(gateway.platform, echo);
      },
    ],
    [
      'a read repeats the token',
      () => {
        gateway.platform.answer(BALANCE_PATHS, (request, response) => {
          const token = String(request.headers['x-cap-api-oauth-token']);
          json({ errors: [{ code: 8015, message: token }] }, 200, { 'x-cap-request-id': `${token} ${token}` })(
            request,
            response,
          );
        });
      },
    ],
  ])('are in no answer and no log line when %s', async (_what, script) => {
    const verbose = gateway;
    gateway = await startGateway({ clock, env: { LOG_LEVEL: 'debug' } });
    await verbose.close();
    answerEverything(gateway.platform);
    script();

    const { text, headers } = await read();

    expect(gateway.log.length).toBeGreaterThan(0);
    const out = [text, JSON.stringify([...headers]), ...gateway.log].join('\n');
    const secrets = [...Object.values(OAUTH), 'token-1', 'token-2', PLATFORM_TEXT];
    expect(secrets.filter((secret) => out.includes(secret))).toEqual([]);
  });
});
