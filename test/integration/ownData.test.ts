import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { buildSchema, type GraphQLObjectType } from 'graphql';
import { createSchema } from '../../src/graphql/schema.ts';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import { businessError, json, stall, text, type Answer } from '../support/fakePlatform.ts';
import { answerEverything, htmlPage, raw } from '../support/faultAnswers.ts';
import { post, ROUTER, startGateway, type GraphQLAnswer, type TestGateway } from '../support/gateway.ts';
import { leafSelections } from '../support/selections.ts';
import { startIssuer, type Issuer } from '../support/tokens.ts';

const OWN = '1001';
const OTHER = '2002';
const SCHEMA = await createSchema({ federation: true, ledgerPageSize: 10 });
/** Each names somebody else, where it names anybody. */
const SAMPLES = {
  ID: `"${OTHER}"`,
  String: '"919999000002"',
  Int: '1',
  Boolean: 'false',
  _Any: `{ __typename: "Customer", id: "${OTHER}" }`,
};
/** Fields of the root that hold nobody's data. */
const NOBODYS = ['_service'];
const LEAVES = leafSelections(SCHEMA, SAMPLES).filter(({ root }) => !NOBODYS.includes(root.name));
/** What names a customer; the rest of the root is about whoever asks. */
const OF_SOMEBODY = LEAVES.filter(({ root }) => root.args.length > 0);
const OF_THE_CALLER = LEAVES.filter(({ root }) => root.args.length === 0);

let issuer: Issuer;
let gateway: TestGateway;
beforeAll(async () => (issuer = await startIssuer()));
afterAll(() => issuer.close());

const asOwn = () => issuer.authorization({ sub: OWN });
const asStaff = () => issuer.authorization({ sub: 'clerk', scope: 'loyalty:read:any' });

/** Every value in `data` that is no object and no list. */
function valuesIn(data: unknown): readonly unknown[] {
  if (typeof data !== 'object' || data === null) return [data];
  return Object.values(data).flatMap(valuesIn);
}

describe('every field that the schema has', () => {
  beforeAll(async () => {
    gateway = await startGateway({ env: { ...issuer.env, FEDERATION: 'on' } });
    answerEverything(gateway.platform);
    gateway.platform.answer('/v2/customers/lookup', json(`{ "entity": ${OTHER}, "warnings": [] }`));
  });
  afterAll(() => gateway.close());
  let before = 0;
  beforeEach(() => {
    before = gateway.platform.requests.length;
  });

  it('is among those that are tried here', () => {
    const { length } = Object.keys((SCHEMA.getType('Customer') as GraphQLObjectType).getFields());
    const roots = new Set(LEAVES.map(({ root }) => root.name));

    expect([...roots].toSorted()).toEqual(['_entities', 'customer', 'customerByIdentifier', 'customers', 'me']);
    expect(LEAVES.length).toBeGreaterThan(roots.size * length);
  });

  it.each(LEAVES.map(({ query }) => query))('is closed to who has no token: %s', async (query) => {
    const { status, headers, data, errors } = await gateway.query(query);

    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer');
    expect(data).toBeUndefined();
    expect(errors).toEqual([
      {
        message: 'A token is needed: send it in the header authorization, as Bearer.',
        extensions: { code: 'UNAUTHENTICATED', retryable: false },
      },
    ]);
    expect(gateway.platform.requests).toHaveLength(before);
  });

  it.each(OF_SOMEBODY.map(({ query }) => query))("is closed with somebody else's token: %s", async (query) => {
    const { data, errors } = await gateway.query(query, {}, await asOwn());

    expect(valuesIn(data).filter((value) => value !== null)).toEqual([]);
    expect(new Set(errors?.map(({ extensions }) => extensions['code']))).toEqual(new Set(['FORBIDDEN']));
    const asked = gateway.platform.requests.slice(before).map(({ path }) => path);
    expect(asked.filter((path) => path !== '/v2/customers/lookup')).toEqual([]);
  });

  it.each(OF_SOMEBODY.map(({ query }) => query))("is open to who may read everybody's: %s", async (query) => {
    const { errors } = await gateway.query(query, {}, await asStaff());

    expect(errors).toBeUndefined();
  });

  it.each(OF_THE_CALLER.map(({ query }) => query))('is of the caller, where it names nobody: %s', async (query) => {
    const { errors } = await gateway.query(query, {}, await asOwn());

    expect(errors).toBeUndefined();
    const asked = gateway.platform.requests.slice(before);
    expect(asked.every(({ path, params }) => path.includes(OWN) || params['identifierValue'] === OWN)).toBe(true);
  });

  it('would be tried here as soon as it is added, with whatever it must be asked with', () => {
    const added = buildSchema(`
      type Query { customerOfTill(till: ID!, on: [Day!]!): Customer }
      enum Day { TODAY }
      type Customer { id: ID! friends: [Customer!]! card: Card }
      type Card { number: String! holder: Customer }
    `);

    expect(leafSelections(added, SAMPLES).map(({ query }) => query)).toEqual([
      '{ customerOfTill(till: "2002", on: [TODAY]) { id } }',
      '{ customerOfTill(till: "2002", on: [TODAY]) { card { number } } }',
    ]);
  });
});

describe('somebody else', () => {
  beforeAll(async () => {
    gateway = await startGateway({ env: { ...issuer.env, FEDERATION: 'on', CACHE_FRESH_SECONDS: '60' } });
    answerEverything(gateway.platform);
  });
  afterAll(() => gateway.close());

  const ASKED = 'pointsBalance { mainPoints }';

  it.each<[string, object]>([
    ['a literal', { query: `{ customer(id: "${OTHER}") { ${ASKED} } }` }],
    ['a number', { query: `{ customer(id: ${OTHER}) { ${ASKED} } }` }],
    ['a variable', { query: `query ($id: ID!) { customer(id: $id) { ${ASKED} } }`, variables: { id: OTHER } }],
    ['the default of a variable', { query: `query ($id: ID! = "${OTHER}") { customer(id: $id) { ${ASKED} } }` }],
    ['an alias', { query: `{ me: customer(id: "${OTHER}") { ${ASKED} } }` }],
    ['a fragment', { query: `{ ...F } fragment F on Query { customer(id: "${OTHER}") { ${ASKED} } }` }],
    ['an inline fragment', { query: `{ ... on Query { ... { customer(id: "${OTHER}") { ${ASKED} } } } }` }],
    ['a directive', { query: `{ customer(id: "${OTHER}") @include(if: true) { ${ASKED} } }` }],
    [
      'one operation of two',
      { query: `query A { me { id } } query B { customer(id: "${OTHER}") { ${ASKED} } }`, operationName: 'B' },
    ],
    ['a list', { query: `{ customers(ids: ["${OTHER}"]) { ${ASKED} } }` }],
    [
      '_entities',
      {
        query: `{ _entities(representations: [{ __typename: "Customer", id: "${OTHER}" }]) { ... on Customer { ${ASKED} } } }`,
      },
    ],
  ])('is forbidden through %s, the same whether they exist and whether they are cached', async (_what, body) => {
    const headers = { ...ROUTER, ...(await asOwn()) };
    const ask = () => post(gateway.url, body, headers);
    gateway.platform.answer(/points\/balance$/, businessError(8015));
    const before = await ask();
    answerEverything(gateway.platform);
    await gateway.query(`{ customer(id: "${OTHER}") { ${ASKED} } }`, {}, await asStaff());
    const calls = gateway.platform.requests.length;

    const after = await ask();

    expect(after.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', retryable: false } }]);
    expect(valuesIn(after.data).filter((value) => value !== null)).toEqual([]);
    expect(after.text).toBe(before.text);
    expect(gateway.platform.requests).toHaveLength(calls);
  });

  it('is forbidden by GET too', async () => {
    const params = new URLSearchParams({
      query: `query ($id: ID!) { customer(id: $id) { ${ASKED} } }`,
      variables: JSON.stringify({ id: OTHER }),
    });
    const calls = gateway.platform.requests.length;

    const response = await fetch(`${gateway.url}?${String(params)}`, {
      headers: { 'apollo-require-preflight': '1', ...(await asOwn()) },
    });

    expect(await response.json()).toMatchObject({
      data: { customer: null },
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    expect(gateway.platform.requests).toHaveLength(calls);
    expect(gateway.log.join('\n')).not.toContain(OTHER); // A query in the address is in no log either.
  });

  it('is forbidden with the token that has lost the scope, though the one before had it read', async () => {
    const query = '{ customer(id: "3003") { pointsBalance { mainPoints } } }';
    const before = await gateway.query(query, {}, await asStaff());
    const calls = gateway.platform.requests.length;

    const after = await gateway.query(query, {}, await issuer.authorization({ sub: 'clerk', scope: 'openid' }));

    expect(before.errors).toBeUndefined();
    expect(after.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(gateway.platform.requests).toHaveLength(calls);
  });

  it.each([
    ['the scope as a part of another', 'loyalty:read:any-of-mine'],
    ['the scope in another case', 'LOYALTY:READ:ANY'],
    ['the scope with a comma', 'openid,loyalty:read:any'],
    ['a list of scopes', ['loyalty:read:any']],
    ['true', true],
  ])('is forbidden with %s for a scope', async (_what, scope) => {
    const headers = await issuer.authorization({ sub: OWN, scope });

    const { errors } = await gateway.query(`{ customer(id: "${OTHER}") { id } }`, {}, headers);

    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('who asks by identifier and may read only themselves', () => {
  let clock: FakeClock;
  beforeEach(async () => {
    clock = fakeClock();
    const own = await startIssuer({ now: () => clock.now() });
    issuerOfTest = own;
    gateway = await startGateway({
      env: { ...own.env, CACHE_FRESH_SECONDS: '60', CACHE_STALE_SECONDS: '600' },
      clock,
    });
    answerEverything(gateway.platform);
  });
  afterEach(async () => {
    await gateway.close();
    await issuerOfTest.close();
  });
  let issuerOfTest: Issuer;

  const LOOKUP = '/v2/customers/lookup';
  const QUERY =
    '{ customerByIdentifier(lookup: { identifiers: [{ name: MOBILE, value: "919999000002" }] }) { id pointsBalance { entityId } } }';
  const found = (id: string): Answer => json(`{ "entity": ${id}, "warnings": [] }`);
  const EXPLAINED = { 'x-explain': 'platform' };

  async function ask(answer: Answer): Promise<GraphQLAnswer> {
    gateway.platform.answer(LOOKUP, answer);
    return gateway.query(QUERY, {}, { ...EXPLAINED, ...(await issuerOfTest.authorization({ sub: OWN })) });
  }

  async function staffReads(answer: Answer): Promise<GraphQLAnswer> {
    gateway.platform.answer(LOOKUP, answer);
    const query = '{ customerByIdentifier(lookup: { identifiers: [{ name: MOBILE, value: "919999000002" }] }) { id } }';
    return gateway.query(query, {}, await issuerOfTest.authorization({ scope: 'loyalty:read:any' }));
  }

  /** What somebody is answered whose question is another's; what is left of the quota tells of no customer. */
  const comparable = ({ status, text: body }: GraphQLAnswer) => [status, body.replace(/"quotaRemaining":\d+/, '')];

  it.each<[string, Answer]>([
    ['nobody has it', businessError(8015)],
    ['nobody has it in that source', businessError(8065)],
    ['several have it', businessError(8089)],
    ['it cannot be looked up', businessError(8013)],
    ['its holder was merged away', businessError(91_009)],
    ['its holder is of another program', businessError(885)],
    ['the platform says a code that nobody knows', businessError(777_777)],
    ['the platform says that this is denied', businessError(320_001)],
    ['the platform says 404 without a code', htmlPage(404)],
    ['the platform answers HTML', htmlPage(200)],
    ['the platform answers with an id that is none', found('"x"')],
    ['the platform answers without an id', json('{ "warnings": [] }')],
    ['the platform answers nothing', raw('')],
    ['the platform answers text', text('OK', 'text/plain')],
  ])('is told the same when somebody else has it and when %s', async (_what, answer) => {
    const somebody = await ask(found(OTHER));

    const nobody = await ask(answer);

    expect(somebody.errors).toEqual([
      {
        message: 'This customer is not yours to read.',
        path: ['customerByIdentifier'],
        locations: [{ line: 1, column: 3 }],
        extensions: { code: 'FORBIDDEN', retryable: false },
      },
    ]);
    expect(comparable(nobody)).toEqual(comparable(somebody));
    expect(gateway.platform.requests.map(({ path }) => path)).toEqual([LOOKUP, LOOKUP]);
  });

  it.each<[string, Answer]>([
    ['somebody', found(OTHER)],
    ['themselves', found(OWN)],
    ['nobody', businessError(8015)],
  ])('is told and shown the same cost when others have read %s just before', async (_what, known) => {
    const before = await ask(found(OTHER));
    await staffReads(known);

    const after = await ask(found(OTHER));

    expect(comparable(after)).toEqual(comparable(before));
  });

  it.each<[string, Answer, string]>([
    ['is down', htmlPage(503), 'PLATFORM_UNAVAILABLE'],
    ['has no call left', htmlPage(429), 'PLATFORM_QUOTA_SPENT'],
  ])(
    'is told no more than that the platform %s, whether others have read the identifier or not',
    async (_what, answer, code) => {
      await staffReads(found(OTHER));
      clock.advance(61_000); // So that it is known, and stale.
      const cached = await ask(answer);

      expect(cached.errors?.[0]?.extensions).toEqual({
        code,
        retryable: true,
        ...(code === 'PLATFORM_QUOTA_SPENT' ? { retryAfterMs: expect.any(Number) } : {}),
      });
      expect(cached.data).toEqual({ customerByIdentifier: null });
      expect(JSON.parse(cached.text)).toMatchObject({ extensions: { platform: { fromCache: 0, stale: 0 } } });
    },
  );

  it('is told at the deadline that the platform did not answer, and nothing else', async () => {
    const waiting = ask(stall);
    await gateway.platform.seen(1);
    const progress = { isOver: false };
    void waiting.finally(() => (progress.isOver = true));
    while (!progress.isOver) {
      clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect((await waiting).errors?.[0]?.extensions).toEqual({ code: 'PLATFORM_TIMEOUT', retryable: true });
  });

  it('is answered when it is their own, by their own id from there on', async () => {
    const { data, errors } = await ask(found(OWN));

    expect(errors).toBeUndefined();
    expect(data).toEqual({ customerByIdentifier: { id: OWN, pointsBalance: { entityId: OWN } } });
    expect(gateway.platform.requests.map(({ path }) => path)).toEqual([LOOKUP, `/v2/customers/${OWN}/points/balance`]);
  });

  it('costs one call for the same identifier, however often one operation asks', async () => {
    gateway.platform.answer(LOOKUP, found(OTHER));
    const field = 'customerByIdentifier(lookup: { identifiers: [{ name: MOBILE, value: "919999000002" }] }) { id }';

    const { errors } = await gateway.query(
      `{ a: ${field} b: ${field} c: ${field} }`,
      {},
      await issuerOfTest.authorization({ sub: OWN }),
    );

    expect(errors).toHaveLength(3);
    expect(gateway.platform.requests).toHaveLength(1);
  });

  it('and is no customer is refused without a call', async () => {
    const headers = await issuerOfTest.authorization({ sub: 'a-service', scope: 'openid' });

    const { errors } = await gateway.query(QUERY, {}, headers);

    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(gateway.platform.requests).toHaveLength(0);
  });

  it('leaves in the log what the platform said', async () => {
    await ask(businessError(8015));

    const line = gateway.log.find((each) => each.includes('FORBIDDEN')) ?? '';
    expect(line).toContain('CUSTOMER_NOT_FOUND');
    expect(line).toContain('8015');
    expect(line).not.toContain('919999000002');
  });
});

describe('the federation router', () => {
  beforeAll(async () => {
    gateway = await startGateway({ env: { ...issuer.env, FEDERATION: 'on' } });
    answerEverything(gateway.platform);
  });
  afterAll(() => gateway.close());

  const ENTITIES = `query ($id: ID) { _entities(representations: [{ __typename: "Customer", id: $id }]) { ... on Customer { pointsBalance { mainPoints } } } }`;
  const OWN_ENTITY = ENTITIES.replace('query ($id: ID)', '').replace('$id', `"${OWN}"`);

  it.each<[string, Readonly<Record<string, string>>]>([
    ['without the secret', {}],
    ['with an empty secret', { 'x-federation-secret': '' }],
    ['with another secret', { 'x-federation-secret': 'test-secret-of-router-0123456780' }],
    [
      'with the secret twice',
      { 'x-federation-secret': `${ROUTER['x-federation-secret']}, ${ROUTER['x-federation-secret']}` },
    ],
    ['with the secret in another header', { authorization: `Bearer ${ROUTER['x-federation-secret']}` }],
  ])('is nobody who asks %s', async (_what, headers) => {
    const before = gateway.platform.requests.length;
    for (const token of [{}, await asOwn(), await asStaff()]) {
      for (const query of [
        OWN_ENTITY,
        '{ _service { sdl } }',
        '{ ...F } fragment F on Query { s: _service { sdl } }',
      ]) {
        const { status, data, errors } = await post(gateway.url, { query }, { ...token, ...headers });

        if ('authorization' in headers) {
          expect(status).toBe(401);
          continue;
        }
        expect(status).toBe(403);
        expect(data).toBeUndefined();
        expect(errors).toEqual([
          {
            message: 'Only the federation router may ask this.',
            extensions: { code: 'FORBIDDEN', retryable: false },
          },
        ]);
      }
    }
    expect(gateway.platform.requests).toHaveLength(before);
  });

  it("reads what the caller's token lets the caller read, and the schema without one", async () => {
    const own = await post(gateway.url, { query: OWN_ENTITY }, { ...ROUTER, ...(await asOwn()) });
    const sdl = await post(gateway.url, { query: '{ _service { sdl } }' }, ROUTER);
    const nobody = await post(gateway.url, { query: OWN_ENTITY }, ROUTER);

    expect(own.data).toEqual({ _entities: [{ pointsBalance: { mainPoints: '8500.000' } }] });
    expect(sdl.text).toContain('@key');
    expect(nobody).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  it('does not keep others from asking the graph itself', async () => {
    const { data } = await post(gateway.url, { query: '{ me { id } }' }, await asOwn());

    expect(data).toEqual({ me: { id: OWN } });
  });

  it('shows its secret to nobody else: it is in no request to the platform and no log line', async () => {
    await post(gateway.url, { query: OWN_ENTITY }, { ...ROUTER, ...(await asOwn()) });

    const seen = JSON.stringify(gateway.platform.requests.map(({ headers }) => headers));
    expect(seen + gateway.log.join('\n')).not.toContain(ROUTER['x-federation-secret']);
  });
});
