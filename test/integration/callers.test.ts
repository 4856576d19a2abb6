import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import { scriptTokens } from '../support/faultAnswers.ts';
import { balanceOfPath, json, tokenBody } from '../support/fakePlatform.ts';
import { startGateway, type GraphQLAnswer, type TestGateway } from '../support/gateway.ts';
import { es256, startIssuer, tokenOf, type Claims, type Issuer, type KeySetAnswer } from '../support/tokens.ts';

const OWN = '1001';
const ME = '{ me { pointsBalance { mainPoints } } }';
const SECOND = 1;
const MINUTE = 60;
const YEAR = 365 * 24 * 3600;

/** What a refused token is answered with, whatever was wrong with it. */
function expectRefused(answer: GraphQLAnswer): void {
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  expect(answer.errors).toEqual([
    { message: 'A valid token is needed.', extensions: { code: 'UNAUTHENTICATED', retryable: false } },
  ]);
}

/** Without an answer to any of these, nobody could be let in by mistake. */
function expectUnavailable(answer: GraphQLAnswer): void {
  expect(answer.status).toBe(503);
  expect(answer.errors).toMatchObject([{ extensions: { code: 'AUTH_UNAVAILABLE', retryable: true } }]);
  expect(answer.data).toBeUndefined();
}

function expectAnswered(answer: GraphQLAnswer): void {
  expect(answer.errors).toBeUndefined();
  expect(answer.data).toEqual({ me: { pointsBalance: { mainPoints: '8500.000' } } });
}

let clock: FakeClock;
let issuer: Issuer;
let gateway: TestGateway;

async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
  gateway = await startGateway({ env: { ...issuer.env, ...env }, clock });
  gateway.platform.answer(/points\/balance$/, balanceOfPath);
}

/** Asks for the caller's own balance. */
async function ask(claims: Claims = {}, header: Claims = {}): Promise<GraphQLAnswer> {
  return gateway.query(ME, {}, await issuer.authorization({ sub: OWN, ...claims }, header));
}

describe('a token', () => {
  beforeAll(async () => {
    clock = fakeClock();
    issuer = await startIssuer({ now: () => clock.now() });
    await start();
  });
  afterAll(async () => {
    await gateway.close();
    await issuer.close();
  });
  let callsBefore = 0;
  beforeEach(() => {
    callsBefore = gateway.platform.requests.length;
  });

  const now = () => Math.floor(clock.now() / 1000);

  it.each<[string, (seconds: number) => Claims]>([
    ['as the issuer makes them', () => ({})],
    ['for several audiences, one of them this gateway', () => ({ aud: ['orders', 'loyalty'] })],
    ['whose time ran out 29 seconds ago: clocks differ', (seconds) => ({ exp: seconds - 29 })],
    ['issued 29 seconds ahead of our clock', (seconds) => ({ iat: seconds + 29, nbf: seconds + 29 })],
    ['of a day', (seconds) => ({ iat: seconds, exp: seconds + 86_400 })],
    ['with a claim named __proto__', () => JSON.parse('{"__proto__": {"scope": "loyalty:read:any"}}') as Claims],
  ])('is good %s', async (_what, claims) => {
    expectAnswered(await ask(claims(now())));
  });

  it.each<[string, (seconds: number) => Claims]>([
    ['of another issuer', () => ({ iss: 'https://evil.example' })],
    ['of an issuer with a slash more', () => ({ iss: 'https://issuer.example/' })],
    ['of several issuers', () => ({ iss: ['https://issuer.example'] })],
    ['without an issuer', () => ({ iss: undefined })],
    ['for another audience', () => ({ aud: 'other' })],
    ['for other audiences', () => ({ aud: ['orders', 'loyalty-graph'] })],
    ['for no audience', () => ({ aud: [] })],
    ['without an audience', () => ({ aud: undefined })],
    ['for an audience that is an object', () => ({ aud: { loyalty: true } })],
    ['whose time ran out 31 seconds ago', (seconds) => ({ exp: seconds - 31 })],
    ['without an end', () => ({ exp: undefined })],
    ['whose end is text', (seconds) => ({ exp: String(seconds + 3600) })],
    ['whose end is null', () => ({ exp: null })],
    ['whose end is no number', () => ({ exp: {} })],
    ['that is not valid yet', (seconds) => ({ nbf: seconds + 31 })],
    ['whose beginning is text', (seconds) => ({ nbf: String(seconds) })],
    ['issued in the future', (seconds) => ({ iat: seconds + 31 })],
    ['that does not say when it was issued', () => ({ iat: undefined })],
    ['that says in text when it was issued', (seconds) => ({ iat: String(seconds) })],
    ['of ten years', (seconds) => ({ iat: seconds, exp: seconds + 10 * YEAR })],
    ['of a day and a second', (seconds) => ({ iat: seconds, exp: seconds + 86_401 })],
    ['issued ten years ago, for eleven', (seconds) => ({ iat: seconds - 10 * YEAR, exp: seconds + YEAR })],
  ])('is refused %s', async (_what, claims) => {
    expectRefused(await ask(claims(now())));
    expect(gateway.platform.requests).toHaveLength(callsBefore);
  });

  const OTHER_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const OTHER_JWK = { ...OTHER_KEY.publicKey.export({ format: 'jwk' }), kid: 'theirs', alg: 'ES256' };

  it.each<[string, Claims]>([
    ['with a key id that nobody has', { kid: 'unknown' }],
    ['with a key id that is a path', { kid: '../../dev/null' }],
    ['with an empty key id', { kid: '' }],
    ['with a key id that is a number', { kid: 1 }],
    ['with a key id that is a list', { kid: ['first'] }],
    ['with a key id of 300 characters', { kid: 'k'.repeat(300) }],
    ['with a header that it says is critical and nobody knows', { crit: ['canary'], canary: 1 }],
    ['with its payload not encoded', { crit: ['b64'], b64: false }],
    ['with a list of algorithms', { alg: ['ES256'] }],
    ['without an algorithm', { alg: undefined }],
    ['with an algorithm of another case', { alg: 'es256' }],
    ['with an algorithm that its key is not for', { alg: 'ES384' }],
  ])('is refused %s', async (_what, header) => {
    expectRefused(await ask({}, header));
  });

  it.each<[string, Claims]>([
    ['jwk', { jwk: OTHER_JWK }],
    ['jku', { jku: 'http://127.0.0.1:1/keys' }],
    ['x5u', { x5u: 'http://127.0.0.1:1/cert' }],
    ['x5c', { x5c: ['AA=='] }],
  ])('is not proved by the key material of its own header: %s', async (_name, material) => {
    const claims = { iss: 'https://issuer.example', aud: 'loyalty', sub: OWN, iat: now(), exp: now() + 60 };
    for (const kid of ['first', 'theirs', undefined]) {
      const token = tokenOf({ alg: 'ES256', kid, ...material }, claims, es256(OTHER_KEY.privateKey));

      expectRefused(await gateway.query(ME, {}, { authorization: `Bearer ${token}` }));
    }
  });

  it('that says a claim twice is whom it says last (RFC 7519, section 4), and nobody else as well', async () => {
    issuer.publish(OTHER_JWK);
    const twice = (claims: string) => {
      const rest = `"iss": "https://issuer.example", "iat": ${now()}, "exp": ${now() + 60}`;
      const token = tokenOf({ alg: 'ES256', kid: 'theirs' }, `{ ${rest}, ${claims} }`, es256(OTHER_KEY.privateKey));
      return { authorization: `Bearer ${token}` };
    };
    const good = twice(
      `"aud": "other", "aud": "loyalty", "sub": "2002", "sub": "${OWN}", "scope": "loyalty:read:any", "scope": ""`,
    );
    clock.advance(31_000); // The key set may be read again by now.

    const own = await gateway.query('{ me { id } }', {}, good);
    const others = await gateway.query('{ customer(id: "2002") { id } }', {}, good);

    expect(own.data).toEqual({ me: { id: OWN } });
    expect(others.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expectRefused(await gateway.query(ME, {}, twice(`"aud": "loyalty", "aud": "other", "sub": "${OWN}"`)));
    expectRefused(await gateway.query(ME, {}, twice(`"aud": "loyalty", "sub": "${OWN}", "exp": 1`)));
    expect(gateway.platform.requests).toHaveLength(callsBefore);
  });

  it('is refused when its signature is of another key, changed, or missing', async () => {
    const { authorization } = await issuer.authorization({ sub: OWN });
    const [header = '', payload = '', signature = ''] = authorization.split('.');
    const forged = Buffer.from(JSON.stringify({ sub: '2002' })).toString('base64url');
    const flipped = Buffer.from(signature, 'base64url').map((byte, index) => (index === 5 ? byte ^ 1 : byte));

    for (const text of [
      `${header}.${payload}.${Buffer.from(flipped).toString('base64url')}`,
      `${header}.${forged}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${header}.${payload}.${signature}.${signature}`,
    ]) {
      expectRefused(await gateway.query(ME, {}, { authorization: text }));
    }
  });

  it('is refused unsigned, and signed with a secret that everybody knows: the public key', async () => {
    const claims = { iss: 'https://issuer.example', aud: 'loyalty', sub: OWN, iat: now(), exp: now() + 60 };
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    issuer.publish({ ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa' });
    clock.advance(31_000);
    const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' });
    const hmac = (data: Buffer) => createHmac('sha256', pem).update(data).digest();
    const rs256 = (data: Buffer) => sign('sha256', data, rsa.privateKey);
    const sent = (header: Claims, signer: (data: Buffer) => Buffer) =>
      gateway.query(ME, {}, { authorization: `Bearer ${tokenOf(header, claims, signer)}` });

    expectAnswered(await sent({ alg: 'RS256', kid: 'rsa' }, rs256));
    expectRefused(await sent({ alg: 'HS256', kid: 'rsa' }, hmac));
    for (const alg of ['none', 'None', '']) expectRefused(await sent({ alg, kid: 'rsa' }, () => Buffer.alloc(0)));
  });

  it('is refused of a key of 512 bits, though the issuer publishes it', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 512 });
    issuer.publish({ ...weak.publicKey.export({ format: 'jwk' }), kid: 'weak', alg: 'RS256' });
    clock.advance(31_000);
    const claims = { iss: 'https://issuer.example', aud: 'loyalty', sub: OWN, iat: now(), exp: now() + 60 };
    const token = tokenOf({ alg: 'RS256', kid: 'weak' }, claims, (data) => sign('sha256', data, weak.privateKey));

    expectRefused(await gateway.query(ME, {}, { authorization: `Bearer ${token}` }));
  });

  it('may leave its key id out, and say the name of its scheme in any case', async () => {
    const { authorization } = await issuer.authorization({ sub: OWN }, { kid: undefined });

    expectAnswered(await gateway.query(ME, {}, { authorization }));
    expectAnswered(await gateway.query(ME, {}, { authorization: authorization.replace('Bearer', 'bearer') }));
    expectAnswered(await gateway.query(ME, {}, { authorization: authorization.replace('Bearer', 'BEARER') }));
  });

  it.each(['Bearer', 'Bearer ', 'bearer x', 'Bearer x.y.z', 'Bearer a b', 'Basic eDp5', 'Token x', 'x', ''])(
    'is not: "%s"',
    async (authorization) => {
      expectRefused(await gateway.query(ME, {}, { authorization }));
    },
  );

  it('is in no log line, though the log says why it was refused', async () => {
    const { authorization } = await issuer.authorization({ sub: OWN, aud: 'cAnArY7531' });

    expectRefused(await gateway.query(ME, {}, { authorization }));
    const log = gateway.log.join('\n');
    expect(log).toContain('ERR_JWT_CLAIM_VALIDATION_FAILED');
    expect(log).not.toContain(authorization.split('.')[1]);
    expect(log).not.toContain('cAnArY7531');
  });

  it('that runs out while its operation is under way was good when it began, and serves to its end', async () => {
    gateway.platform.answer(/\/3003\/points\/balance$/, (request, response) => {
      clock.advance(1000);
      balanceOfPath(request, response);
    });

    const claims = { sub: '3003', exp: now() - 29 };

    expectAnswered(await ask(claims));
    expectRefused(await ask(claims));
  });
});

describe('the lifetime of a token', () => {
  afterEach(async () => {
    await gateway.close();
    await issuer.close();
  });

  it('is bounded by AUTH_MAX_TOKEN_AGE_SECONDS', async () => {
    clock = fakeClock();
    issuer = await startIssuer({ now: () => clock.now() });
    await start({ AUTH_MAX_TOKEN_AGE_SECONDS: '600' });
    const seconds = Math.floor(clock.now() / 1000);

    expectAnswered(await ask({ iat: seconds, exp: seconds + 600 }));
    expectRefused(await ask({ iat: seconds, exp: seconds + 601 }));
  });
});

describe('the key set', () => {
  beforeEach(async () => {
    clock = fakeClock();
    issuer = await startIssuer({ now: () => clock.now() });
  });
  afterEach(async () => {
    await gateway.close();
    await issuer.close();
  });

  const advance = (seconds: number) => clock.advance(1000 * seconds);
  const status = (code: number): KeySetAnswer => {
    return (_request, response) => response.writeHead(code, { 'content-type': 'text/html' }).end('<html>');
  };
  const hang: KeySetAnswer = () => undefined;
  /** Resolves when the issuer has been asked `count` times in all. */
  async function asked(count: number): Promise<void> {
    while (issuer.fetches < count) await new Promise((resolve) => setImmediate(resolve));
    // What was asked for in the background has come when the same was asked for again.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  it('is read once at the start, before anybody asks', async () => {
    await start();
    await asked(1);

    for (let count = 0; count < 20; count += 1) expectAnswered(await ask());
    expect(issuer.fetches).toBe(1);
  });

  it('is read again once for two hundred tokens of keys that nobody knows, and again only after 30 seconds', async () => {
    await start();
    expectAnswered(await ask());
    advance(31);

    const flood = await Promise.all(Array.from({ length: 200 }, (_, index) => ask({}, { kid: `forged-${index}` })));

    expect(new Set(flood.map((answer) => answer.status))).toEqual(new Set([401]));
    expect(issuer.fetches).toBe(2);
    advance(29);
    expectRefused(await ask({}, { kid: 'forged' }));
    expect(issuer.fetches).toBe(2);
    advance(2);
    expectRefused(await ask({}, { kid: 'forged' }));
    expect(issuer.fetches).toBe(3);
  }, 60_000);

  it.each([
    ['a key id of 10 kB', { kid: 'k'.repeat(10_000) }],
    ['an algorithm that is not taken', { kid: 'unknown', alg: 'HS256' }],
  ])('is not read for %s', async (_what, header) => {
    await start();
    await asked(1);
    advance(31);

    expectRefused(await ask({}, header));
    expect(issuer.fetches).toBe(1);
  });

  it('that has changed is read for the first token of its new key, and forgets the old one and what it proved', async () => {
    await start();
    const old = await issuer.authorization({ sub: OWN });
    expectAnswered(await gateway.query(ME, {}, old));
    issuer.rotate('second');
    advance(31);

    const answers = await Promise.all([ask(), ask(), ask()]);

    answers.forEach(expectAnswered);
    expect(issuer.fetches).toBe(2);
    expectRefused(await gateway.query(ME, {}, old));
  });

  it('is read again in the background every ten minutes while there are callers, who do not wait for it', async () => {
    await start();
    expectAnswered(await ask());
    advance(9 * MINUTE);
    expectAnswered(await ask());
    expect(issuer.fetches).toBe(1);
    issuer.answer(hang);
    advance(2 * MINUTE);

    expectAnswered(await ask());
    expectAnswered(await ask());
    await asked(2);
    expect(issuer.fetches).toBe(2);
  });

  it('with a key under an old id, and one without it that is gone, is believed when it was read again', async () => {
    await start();
    const old = await issuer.authorization({ sub: OWN });
    expectAnswered(await gateway.query(ME, {}, old));
    issuer.rotate('first');
    advance(11 * MINUTE);
    expectAnswered(await gateway.query(ME, {}, old));
    await asked(2);

    expectRefused(await gateway.query(ME, {}, old));
    expectAnswered(await ask());
  });

  it.each<[string, KeySetAnswer]>([
    ['answers 500', status(500)],
    ['answers HTML', status(200)],
    ['answers JSON that is no key set', (_request, response) => response.end('{"keys": {}}')],
    ['answers without end', (_request, response) => response.end(' '.repeat(300_000))],
    ['cuts the connection', (request) => request.socket.destroy()],
    ['sends elsewhere', (_request, response) => response.writeHead(302, { location: '/keys?again' }).end()],
  ])('whose issuer %s lets nobody in, and is asked again when the next caller comes', async (_what, answer) => {
    issuer.answer(answer);
    await start();
    await asked(1);

    expectUnavailable(await ask());
    expect(issuer.fetches).toBe(1); // Within a second of the last time.
    advance(2 * SECOND);
    expectUnavailable(await ask());
    expect(issuer.fetches).toBe(2);
    issuer.answer(undefined);
    advance(2 * SECOND);
    expectAnswered(await ask());
    expect(gateway.log.filter((line) => line.includes('key set not read'))).toHaveLength(2);
  });

  it('whose issuer is down says when to ask again, and lets in who needs no token', async () => {
    issuer.answer(status(503));
    await start();
    await asked(1);

    const answer = await ask();

    expectUnavailable(answer);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.errors?.[0]?.extensions['retryAfterMs']).toBe(1000);
    expect(await gateway.query('{ __typename }')).toMatchObject({ status: 200, data: { __typename: 'Query' } });
  });

  it('whose issuer goes down serves its old keys for an hour, and then nobody', async () => {
    await start();
    // The platform's own token outlives this: a renewal under way would run out of time with each minute that passes.
    scriptTokens(gateway.platform, json(tokenBody('token-1', 24 * 3600)));
    expectAnswered(await ask());
    issuer.answer(status(500));

    for (let minutes = 0; minutes < 59; minutes += 1) {
      advance(MINUTE);
      expectAnswered(await ask());
    }
    advance(MINUTE);
    expectUnavailable(await ask());
    issuer.answer(undefined);
    advance(2 * SECOND);
    expectAnswered(await ask());
  });

  it('whose issuer goes down does not take the token of a new key for a bad one', async () => {
    await start();
    expectAnswered(await ask());
    issuer.answer(status(500));
    advance(31);

    expectUnavailable(await ask({}, { kid: 'perhaps-new' }));
    expectUnavailable(await ask({}, { kid: 'perhaps-new' }));
    expect(issuer.fetches).toBe(2);
  });

  it('whose issuer hangs keeps nobody waiting beyond their deadline, and is given up after 5 seconds', async () => {
    issuer.answer(hang);
    await start();
    const waiting = ask();
    await asked(1);

    advance(3);
    expectUnavailable(await waiting);
    advance(2);
    while (!gateway.log.join('').includes('timeout')) await new Promise((resolve) => setImmediate(resolve));
    issuer.answer(undefined);
    advance(2);
    expectAnswered(await ask());
  });
});
