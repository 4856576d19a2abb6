import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { balanceOfPath } from '../support/fakePlatform.ts';
import { get, post, startGateway, type TestGateway } from '../support/gateway.ts';
import { startIssuer, type Issuer } from '../support/tokens.ts';

const BALANCE = 'query ($id: ID!) { customer(id: $id) { pointsBalance { entityId } } }';
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const named = (sha256Hash: unknown, version: unknown = 1) => ({ persistedQuery: { version, sha256Hash } });
const answerAbout = (id: string) => ({ customer: { pointsBalance: { entityId: id } } });

describe('a document that a client registers', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
    gateway.platform.answer(/points\/balance$/, balanceOfPath);
  });
  afterAll(() => gateway.close());

  /** A document like no other, so that no test finds what another has registered. */
  let count = 0;
  const another = () => BALANCE.replace('query', `query Q${(count += 1)}`);
  const register = (query: string, variables: object = { id: '5' }) =>
    post(gateway.url, { query, variables, extensions: named(hashOf(query)) });
  const byHash = (query: string, variables: object = { id: '5' }) =>
    post(gateway.url, { variables, extensions: named(hashOf(query)) });

  it('is asked for once, and runs by its hash from then on', async () => {
    const query = another();

    const before = await byHash(query);
    const registered = await register(query);
    const after = await byHash(query, { id: '6' });

    expect(before).toMatchObject({ status: 200, errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] });
    expect(registered.data).toEqual(answerAbout('5'));
    expect(after.data).toEqual(answerAbout('6'));
  });

  it('runs with GET by its hash alone, for who shows that it is no page of another origin', async () => {
    const query = another();
    await register(query);
    const params = { extensions: JSON.stringify(named(hashOf(query))), variables: '{"id":"7"}' };

    const { status, data } = await get(gateway.url, params);
    const forged = await fetch(`${gateway.url}?${String(new URLSearchParams(params))}`);

    expect([status, data]).toEqual([200, answerAbout('7')]);
    expect(forged.status).toBe(400);
  });

  it.each<readonly [string, unknown]>([
    ['of another text', named(hashOf('{ __typename }'))],
    ['of 900 kB', named('a'.repeat(900_000))],
    ['of too few digits', named('abc123')],
    ['in capitals', named(hashOf(BALANCE).toUpperCase())],
    ['that is a number', named(1)],
    ['that is a list', named([hashOf(BALANCE)])],
    ['that is an object', named({ toString: 'x' })],
    ['that is missing', { persistedQuery: { version: 1 } }],
    ['of another version of the protocol', named(hashOf(BALANCE), 2)],
    ['of a version that is text', named(hashOf(BALANCE), '1')],
    ['that is all there is', { persistedQuery: hashOf(BALANCE) }],
    ['that is true', { persistedQuery: true }],
  ])('is refused with a hash %s', async (_what, extensions) => {
    const before = gateway.platform.requests.length;

    const answers = [
      await post(gateway.url, { query: BALANCE, variables: { id: '5' }, extensions }),
      await post(gateway.url, { query: BALANCE, variables: { id: '5' }, operationName: 'X', extensions }),
    ];

    for (const { status, data, errors } of answers) {
      expect([status, data]).toEqual([400, undefined]);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST', retryable: false } }]);
    }
    expect(gateway.platform.requests).toHaveLength(before);
    expect(await byHash('{ __typename }')).toMatchObject({
      errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    });
  });

  it('has its hash named for what is wrong with it, and nothing else of it said', async () => {
    const { errors } = await post(gateway.url, { extensions: named('919999000001') });

    expect(errors?.[0]?.message).toBe(
      'extensions.persistedQuery must hold version 1 and the SHA-256 of a document, in hexadecimal.',
    );
    expect(gateway.log.join('\n')).not.toContain('919999000001');
  });

  it.each([
    ['is not GraphQL', '{ customer('],
    ['does not fit the schema', '{ nothing }'],
    ['asks for too much', `{ ${Array.from({ length: 60 }, (_, i) => `a${i}: __typename`).join(' ')} }`],
    ['has a bad argument', '{ customer(id: "x") { id } }'],
    [
      'costs too much',
      `{ customers(ids: [${Array.from({ length: 30 }, (_, i) => `"${i + 1}"`).join(' ')}]) { pointsBalance { mainPoints } } }`,
    ],
  ])('is not kept when it %s', async (_what, query) => {
    const { status } = await register(query);

    expect(status).toBe(400);
    expect(await byHash(query)).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] });
  });

  it('runs, and is not kept, when it is as long as a hundred', async () => {
    const query = `${another()} # ${'x'.repeat(32_000)}`;

    expect((await register(query)).data).toEqual(answerAbout('5'));
    expect(await byHash(query)).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] });
  });

  it('is held to the argument rules and the price each time', async () => {
    const query = 'query ($ids: [ID!]!) { customers(ids: $ids) { pointsBalance { entityId } } }';
    await register(query, { ids: ['1'] });
    const before = gateway.platform.requests.length;

    const bad = await byHash(query, { ids: ['x'] });
    const dear = await byHash(query, { ids: Array.from({ length: 26 }, (_, i) => String(i + 1)) });

    expect([bad.errors?.[0]?.extensions['code'], dear.errors?.[0]?.extensions['code']]).toEqual([
      'BAD_USER_INPUT',
      'OPERATION_TOO_EXPENSIVE',
    ]);
    expect(gateway.platform.requests).toHaveLength(before);
  });

  it('gives way when a thousand others have come, so that a flood of them does not grow', async () => {
    const first = another();
    await register(first);
    const flood = Array.from({ length: 1050 }, (_, index) => `query Flood${index} { __typename }`);
    for (let start = 0; start < flood.length; start += 50) {
      await Promise.all(flood.slice(start, start + 50).map((query) => register(query)));
    }

    const gone = await byHash(first);
    const kept = await byHash(flood.at(-1) ?? '');

    expect(gone).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] });
    expect(kept.data).toEqual({ __typename: 'Query' });
  }, 30_000);
});

describe('a document that is registered or run by its hash', () => {
  const OWN = '1001';
  const OTHER = '2002';
  let issuer: Issuer;
  let gateway: TestGateway;
  beforeAll(async () => {
    issuer = await startIssuer();
    gateway = await startGateway({ env: issuer.env });
    gateway.platform.answer(/points\/balance$/, balanceOfPath);
  });
  afterAll(async () => {
    await gateway.close();
    await issuer.close();
  });

  const extensions = named(hashOf(BALANCE));
  const params = (id: string) => ({ extensions: JSON.stringify(extensions), variables: JSON.stringify({ id }) });

  it('is nothing for who has no token, not even to know whether it is there', async () => {
    const strangers = [
      await post(gateway.url, { query: BALANCE, variables: { id: OWN }, extensions }),
      await post(gateway.url, { variables: { id: OWN }, extensions }),
      await get(gateway.url, params(OWN)),
    ];
    const customer = await issuer.authorization({ sub: OWN });
    const notThere = await post(gateway.url, { variables: { id: OWN }, extensions }, customer);
    await post(gateway.url, { query: BALANCE, variables: { id: OWN }, extensions }, customer);
    strangers.push(await post(gateway.url, { variables: { id: OWN }, extensions }));

    for (const { status, errors, headers } of strangers) {
      expect([status, errors?.[0]?.extensions['code']]).toEqual([401, 'UNAUTHENTICATED']);
      expect(headers.get('www-authenticate')).toBe('Bearer');
    }
    expect(notThere).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] });
  });

  it('reads for each caller what is theirs, with POST and with GET', async () => {
    const own = await issuer.authorization({ sub: OWN });
    const other = await issuer.authorization({ sub: OTHER });
    await post(gateway.url, { query: BALANCE, variables: { id: OWN }, extensions }, own);
    const before = gateway.platform.requests.length;

    const refused = [
      await post(gateway.url, { variables: { id: OWN }, extensions }, other),
      await get(gateway.url, params(OWN), other),
      await get(gateway.url, { query: BALANCE, variables: JSON.stringify({ id: OWN }) }, other),
    ];

    for (const { data, errors } of refused) {
      expect(data).toEqual({ customer: null });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    expect(gateway.platform.requests).toHaveLength(before);
    expect((await get(gateway.url, params(OTHER), other)).data).toEqual(answerAbout(OTHER));
  });
});

describe('with PERSISTED_QUERIES=off', () => {
  it.each([
    ['its hash alone', { extensions: named(hashOf(BALANCE)) }],
    ['its text and its hash', { query: BALANCE, variables: { id: '5' }, extensions: named(hashOf(BALANCE)) }],
    ['a hash of 900 kB', { extensions: named('a'.repeat(900_000)) }],
  ])('a document that comes with %s is refused, and kept for nobody', async (_what, body) => {
    const gateway = await startGateway({ env: { PERSISTED_QUERIES: 'off' } });
    const { errors } = await post(gateway.url, body);
    await gateway.close();

    expect(errors).toMatchObject([{ extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } }]);
    expect(gateway.platform.requests).toHaveLength(0);
  });
});
