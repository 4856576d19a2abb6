import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startGateway as start } from '../../src/app/gateway.ts';
import { loadConfig } from '../../src/config/index.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { createLogger } from '../../src/observe/logger.ts';
import { balanceOfPath, json, LEDGER_PATH, ledgerBody, row } from '../support/fakePlatform.ts';
import { get, post, startGateway, type TestGateway } from '../support/gateway.ts';
import { generateManifest, writeManifest, type TestManifest } from '../support/manifest.ts';
import { startIssuer } from '../support/tokens.ts';

const SOURCES = {
  'balance.graphql': 'query Balance($id: ID!) { customer(id: $id) { ...Points } }',
  'points.graphql': 'fragment Points on Customer { pointsBalance { entityId } }',
  'several.graphql': 'query Several($ids: [ID!]!) { customers(ids: $ids) { pointsBalance { entityId } } }',
  'ledger.graphql': 'query Ledger { customer(id: "7") { ledgerBalance { nodes { programId } } } }',
  'large.graphql': `query Large { ${Array.from({ length: 700 }, (_, index) => `a${index}: __typename`).join(' ')} }`,
  // As a component writes it, so that the tool finds it there.
  'Mine.ts':
    "import { gql } from '@apollo/client';\nexport const MINE = gql`query Mine { me { pointsBalance { entityId } } }`;",
};
const named = (id: unknown, version = 1) => ({ extensions: { persistedQuery: { version, sha256Hash: id } } });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
/** Nothing like it is anywhere: where it shows up, somebody wrote down what was sent. */
const CANARY = 'cAnArY7531';

let manifest: TestManifest;
beforeAll(() => {
  manifest = generateManifest(SOURCES);
});
afterAll(() => manifest.remove());
const idOf = (name: string) => manifest.operations[name]?.id ?? '';
const textOf = (name: string) => manifest.operations[name]?.body ?? '';

let gateway: TestGateway;
async function startWith(env: Readonly<Record<string, string>>): Promise<void> {
  gateway = await startGateway({ env: { OPERATIONS_MANIFEST: manifest.path, ...env } });
  gateway.platform.answer(/points\/balance$/, balanceOfPath);
  // One row a page, and always more of them.
  gateway.platform.answer(LEDGER_PATH, (request, response) => {
    const page = Number(request.params['offset']);
    json(ledgerBody({ userId: '7', rows: [row(page)], page, pageCount: 30, totalEntries: 300 }))(request, response);
  });
}
afterEach(() => gateway.close());

const linesOf = (message: string) =>
  gateway.log.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === message);
const unlistedLines = () => linesOf('operation not listed');

describe('with OPERATIONS_MODE=enforce', () => {
  beforeEach(() => startWith({ OPERATIONS_MODE: 'enforce', MAX_PLATFORM_CALLS: '2', MAX_PLATFORM_CALLS_LISTED: '3' }));

  it.each<readonly [string, () => object]>([
    ['its id', () => named(idOf('Balance'))],
    ['its text', () => ({ query: textOf('Balance') })],
    ['its text and its name', () => ({ query: textOf('Balance'), operationName: 'Balance' })],
    ['its id and its text', () => ({ query: textOf('Balance'), ...named(idOf('Balance')) })],
  ])('a listed operation runs by %s', async (_what, request) => {
    const { status, data } = await post(gateway.url, { variables: { id: '5' }, ...request() });

    expect([status, data]).toEqual([
      200,
      { customer: { pointsBalance: { entityId: '5', __typename: 'PointsBalance' }, __typename: 'Customer' } },
    ]);
    expect(unlistedLines()).toEqual([]);
  });

  it('a listed operation has its own name in the log', async () => {
    await post(gateway.url, { variables: { id: '5' }, ...named(idOf('Balance')) });

    expect(linesOf('operation')).toMatchObject([{ operation: 'Balance' }]);
  });

  it('a listed operation runs with GET by its id, for who shows that it is no page of another origin', async () => {
    const params = { variables: '{"id":"5"}', extensions: JSON.stringify(named(idOf('Balance')).extensions) };

    const { status, data } = await get(gateway.url, params);
    const forged = await fetch(`${gateway.url}?${String(new URLSearchParams(params))}`);

    expect([status, data]).toMatchObject([200, { customer: { pointsBalance: { entityId: '5' } } }]);
    expect(forged.status).toBe(400);
    expect(gateway.platform.requests).toHaveLength(1);
  });

  it.each<readonly [string, () => object]>([
    ['free-form', () => ({ query: `{ customer(id: "1") { ${CANARY}: pointsBalance { mainPoints } } }` })],
    ['that asks for nothing', () => ({ query: '{ __typename }' })],
    ['that is no GraphQL', () => ({ query: `{ ${CANARY}` })],
    ['that asks for the schema', () => ({ query: '{ __schema { types { name } } }' })],
    ['that is empty', () => ({ query: '' })],
    [
      'with a name that is listed',
      () => ({ query: `query Balance { me { id } } #${CANARY}`, operationName: 'Balance' }),
    ],
    ['with a line break more than the listed one', () => ({ query: `${textOf('Balance')}\n` })],
    ['with one space for two of the listed one', () => ({ query: textOf('Balance').replace(/\s+/g, ' ') })],
    ['with a comment more than the listed one', () => ({ query: `${textOf('Balance')} # ${CANARY}` })],
    ['of another text under a listed id', () => ({ query: '{ me { id } }', ...named(idOf('Balance')) })],
    ['of another listed text under a listed id', () => ({ query: textOf('Several'), ...named(idOf('Balance')) })],
    [
      'whose text is changed by whitespace under its id',
      () => ({ query: ` ${textOf('Balance')}`, ...named(idOf('Balance')) }),
    ],
    ['under an id that nobody listed', () => named(sha256('{ me { id } }'))],
    ['under an id that is none', () => named(CANARY)],
    ['under an id with a letter in capitals', () => named(idOf('Balance').toUpperCase())],
    ['under an id of an object', () => named('__proto__')],
    ['under a number', () => named(1)],
    ['under a list', () => named([idOf('Balance')])],
    ['of another version of the protocol', () => named(idOf('Balance'), 2)],
    [
      'that comes with its own hash',
      () => ({ query: `{ me { id } } #${CANARY}`, ...named(sha256(`{ me { id } } #${CANARY}`)) }),
    ],
    ['with more tokens than any', () => ({ query: `{ ${'a '.repeat(5000)} }` })],
  ])('an operation %s is refused, and logged without its text', async (_what, request) => {
    const body = { variables: { id: '5', x: CANARY }, ...request() };

    const answers = [await post(gateway.url, body), await post(gateway.url, body)];

    for (const { status, data, errors, text } of answers) {
      expect([status, data]).toEqual([400, undefined]);
      expect(errors).toMatchObject([
        { message: 'Only listed operations run here.', extensions: { code: 'OPERATION_NOT_LISTED', retryable: false } },
      ]);
      expect(text).not.toContain(CANARY);
    }
    expect(unlistedLines()).toHaveLength(2);
    expect(linesOf('operation')).toMatchObject([{ outcome: 'refused' }, { outcome: 'refused' }]);
    expect(gateway.log.join('\n')).not.toContain(CANARY);
    expect(gateway.platform.requests.length + gateway.platform.tokenRequests.length).toBe(0);
  });

  it('an operation that is refused can be found by its fingerprint, and what is named by an id has none', async () => {
    await gateway.query('# mine\n{ me { id },}');
    await post(gateway.url, named('919999000001'));

    expect(unlistedLines()).toMatchObject([{ mode: 'enforce', fingerprint: sha256('{ me { id } }').slice(0, 8) }, {}]);
    expect(Object.keys(unlistedLines()[1] ?? {})).not.toContain('fingerprint');
  });

  it('an operation that is not listed is refused with GET too', async () => {
    const { status, errors } = await get(gateway.url, { query: '{ me { id } }' });

    expect([status, errors?.[0]?.extensions['code']]).toEqual([400, 'OPERATION_NOT_LISTED']);
  });

  it('a request for no operation at all is told so', async () => {
    const { status, errors } = await post(gateway.url, { variables: {} });

    expect([status, errors?.[0]?.extensions['code']]).toEqual([400, 'BAD_REQUEST']);
  });

  it('a listed operation is vouched for: the limits of a document do not apply', async () => {
    const { status, errors } = await post(gateway.url, named(idOf('Large')));

    expect([status, errors]).toEqual([200, undefined]);
  });

  it('a listed operation is held to the rules of its arguments all the same', async () => {
    const bad = await post(gateway.url, { ...named(idOf('Balance')), variables: { id: '../x' } });
    const long = await post(gateway.url, {
      ...named(idOf('Balance')),
      variables: { id: '5', x: Array.from({ length: 101 }, () => 1) },
    });
    const inexact = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"extensions":${JSON.stringify(named(idOf('Balance')).extensions)},"variables":{"id":9007199254740993}}`,
    });

    expect([bad.status, bad.errors?.[0]?.extensions['code']]).toEqual([400, 'BAD_USER_INPUT']);
    expect([long.status, long.errors?.[0]?.extensions['code']]).toEqual([400, 'OPERATION_TOO_EXPENSIVE']);
    expect(inexact.status).toBe(400);
    expect(gateway.platform.requests).toHaveLength(0);
  });

  it('a listed operation is priced by the limit of the list', async () => {
    const within = await post(gateway.url, { ...named(idOf('Several')), variables: { ids: ['1', '2', '3'] } });
    const over = await post(gateway.url, { ...named(idOf('Several')), variables: { ids: ['1', '2', '3', '4'] } });

    expect(within.errors).toBeUndefined();
    expect(over).toMatchObject({
      status: 400,
      errors: [{ message: 'The operation asks for 4 platform calls; 3 are allowed.' }],
    });
    expect(gateway.platform.requests).toHaveLength(3);
  });

  it('a listed operation walks a ledger of sparse pages as far as the limit of the list', async () => {
    const { errors } = await post(gateway.url, named(idOf('Ledger')));

    expect(errors).toBeUndefined();
    expect(gateway.platform.requests).toHaveLength(3);
  });
});

describe('with OPERATIONS_MODE=log', () => {
  beforeEach(() => startWith({ OPERATIONS_MODE: 'log', MAX_PLATFORM_CALLS: '2', MAX_PLATFORM_CALLS_LISTED: '3' }));

  it('an operation that is not listed runs, and is logged without its text', async () => {
    const query = `{ ${CANARY}: customer(id: "5") { pointsBalance { entityId } } }`;

    const { data } = await gateway.query(query);

    expect(data).toEqual({ [CANARY]: { pointsBalance: { entityId: '5' } } });
    const tokens = '{ cAnArY# : customer ( id : "" ) { pointsBalance { entityId } } }';
    expect(unlistedLines()).toMatchObject([{ level: 'warn', mode: 'log', fingerprint: sha256(tokens).slice(0, 8) }]);
    expect(gateway.log.join('\n')).not.toContain(CANARY);
  });

  it.each<readonly [string, (value: string) => string]>([
    ['a string', (value) => `{ customer(id: "${value}") { pointsBalance { entityId } } }`],
    ['a block string', (value) => `{ customer(id: """${value}""") { pointsBalance { entityId } } }`],
    ['a number', (value) => `{ customer(id: ${value}) { pointsBalance { entityId } } }`],
    ['an alias', (value) => `{ c${value}: me { id } }`],
    ['a name', (value) => `query Of${value} { me { id } }`],
    ['a comment', (value) => `{ me { id } } # ${value}`],
  ])(
    'what is in %s is not in its line, not even as a hash: two that differ there only look alike',
    async (_what, of) => {
      await gateway.query(of('9198765432'));
      await gateway.query(of('4411223344'));

      const [first, second] = unlistedLines();
      expect(first?.['fingerprint']).toMatch(/^[0-9a-f]{8}$/);
      expect(second?.['fingerprint']).toBe(first?.['fingerprint']);
      expect(gateway.log.join('\n')).not.toContain('9198765432');
    },
  );

  it('an operation that is not listed has the limits of everybody', async () => {
    const query = 'query ($ids: [ID!]!) { customers(ids: $ids) { pointsBalance { entityId } } }';
    const dear = await gateway.query(query, { ids: ['1', '2', '3'] });
    const large = await gateway.query(textOf('Large').replace('Large', 'Other'));
    const sparse = await gateway.query('{ customer(id: "7") { ledgerBalance { totalEntries } } }');

    expect([dear, large]).toMatchObject([
      { status: 400, errors: [{ extensions: { code: 'OPERATION_TOO_EXPENSIVE' } }] },
      { status: 400, errors: [{ extensions: { code: 'OPERATION_TOO_EXPENSIVE' } }] },
    ]);
    expect(sparse.errors).toBeUndefined();
    expect(gateway.platform.requests).toHaveLength(2);
  });

  it.each<readonly [string, () => object]>([
    ['its id', () => named(idOf('Several'))],
    ['its text', () => ({ query: textOf('Several') })],
  ])('a listed operation runs by %s, has the limit of the list, and is not logged', async (_what, request) => {
    const { errors } = await post(gateway.url, { ...request(), variables: { ids: ['1', '2', '3'] } });

    expect(errors).toBeUndefined();
    expect(unlistedLines()).toEqual([]);
  });

  it('clients may still register a document, which is logged each time it runs', async () => {
    const query = '{ customer(id: "5") { pointsBalance { entityId } } }';
    const unknown = await post(gateway.url, named(sha256(query)));
    await post(gateway.url, { query, ...named(sha256(query)) });
    const { data } = await post(gateway.url, named(sha256(query)));

    expect(unknown).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] });
    expect(data).toEqual({ customer: { pointsBalance: { entityId: '5' } } });
    expect(unlistedLines()).toHaveLength(2);
  });

  it('another text under a listed id is no registration', async () => {
    const { status, errors } = await post(gateway.url, { query: '{ me { id } }', ...named(idOf('Balance')) });

    expect([status, errors?.[0]?.extensions['code']]).toEqual([400, 'BAD_REQUEST']);
  });
});

describe('a listed operation', () => {
  it('reads for each caller what is theirs, with POST and with GET', async () => {
    const issuer = await startIssuer();
    await startWith({ ...issuer.env, OPERATIONS_MODE: 'enforce' });
    const own = await issuer.authorization({ sub: '1001' });
    const other = await issuer.authorization({ sub: '2002' });
    const byId = { ...named(idOf('Balance')), variables: { id: '1001' } };
    const params = { extensions: JSON.stringify(byId.extensions), variables: JSON.stringify(byId.variables) };

    const mine = await post(gateway.url, byId, own);
    const refused = [
      await post(gateway.url, byId, other),
      await get(gateway.url, params, other),
      await post(gateway.url, { query: textOf('Balance'), variables: byId.variables }, other),
    ];
    const strange = await post(gateway.url, byId);
    await issuer.close();

    expect(mine.data).toMatchObject({ customer: { pointsBalance: { entityId: '1001' } } });
    for (const { data, errors } of refused) {
      expect(data).toEqual({ customer: null });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    expect(strange).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(gateway.platform.requests).toHaveLength(1);
  });

  it('may have an id that is no hash', async () => {
    const operation = { id: 'shop/mine@3', name: 'Mine', type: 'query', body: 'query Mine { __typename }' };
    const own = writeManifest(manifestOf(operation));
    await startWith({ OPERATIONS_MANIFEST: own.path, OPERATIONS_MODE: 'enforce' });
    const { data } = await post(gateway.url, named('shop/mine@3'));
    own.remove();

    expect(data).toEqual({ __typename: 'Query' });
  });
});

describe('the log at the start', () => {
  it.each([
    [{ OPERATIONS_MODE: 'enforce', EXPLORER: 'sandbox' }, /OPERATIONS_MODE=enforce.*explorer/],
    [{ OPERATIONS_MODE: 'off' }, /OPERATIONS_MODE=off.*OPERATIONS_MANIFEST is not read/],
  ])('warns of settings that contradict each other: %j', async (env, warning) => {
    await startWith(env);

    expect(gateway.log.join('\n')).toMatch(warning);
  });

  it('warns of nothing where they do not', async () => {
    await startWith({ OPERATIONS_MODE: 'enforce' });

    expect(gateway.log.join('\n')).not.toContain('OPERATIONS_');
  });
});

function manifestOf(...operations: readonly object[]): string {
  return JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations });
}

const A = { id: 'a', name: 'A', type: 'query', body: 'query A { __typename }' };

describe('a gateway with a list that cannot be used', () => {
  // Nothing here comes so far that there is a gateway to close.
  beforeEach(() => {
    gateway = { close: () => Promise.resolve() } as TestGateway;
  });

  const startOn = (path: string) => {
    const config = loadConfig({
      PORT: '0',
      INTROSPECTION: 'off',
      OPERATIONS_MODE: 'enforce',
      OPERATIONS_MANIFEST: path,
    });
    return start(config, { clock: systemClock, logger: createLogger({ level: 'silent' }), random: Math.random });
  };

  it.each<readonly [string, string, RegExp]>([
    ['not JSON', '{', /OPERATIONS_MANIFEST is no manifest:\n {2}the file: it is not JSON/],
    ['no object', '[]', /OPERATIONS_MANIFEST is no manifest:\n {2}the file: /],
    ['of another format', '{"format":"relay","version":1,"operations":[]}', /\n {2}format: /],
    ['of another version', manifestOf().replace('"version":1', '"version":2'), /\n {2}version: /],
    ['with an operation without a body', manifestOf({ ...A, body: undefined }), /\n {2}operations\.0\.body: /],
    ['with an operation that is not GraphQL', manifestOf({ ...A, body: 'query A {' }), /\n {2}A: Syntax Error/],
    [
      'with an operation of another schema',
      manifestOf({ ...A, body: 'query A { nothing }' }),
      /\n {2}A: Cannot query field "nothing"/,
    ],
    [
      'with an operation of another name',
      manifestOf({ ...A, body: 'query B { __typename }' }),
      /\n {2}A: Its body must hold one operation, of its name/,
    ],
    [
      'with two operations in a body',
      manifestOf({ ...A, body: 'query A { __typename } query B { __typename }' }),
      /\n {2}A: Its body must hold one/,
    ],
    [
      'with a mutation',
      manifestOf({ ...A, type: 'mutation', body: 'mutation A { __typename }' }),
      /\n {2}A: This graph has no mutations/,
    ],
    [
      'with introspection, which is off',
      manifestOf({ ...A, body: 'query A { __schema { types { name } } }' }),
      /\n {2}A: .*introspection/,
    ],
    [
      'with two operations of one id',
      manifestOf(A, { ...A, name: 'B', body: 'query B { __typename }' }),
      /\n {2}B: another operation has its id/,
    ],
    [
      'with several that are wrong',
      manifestOf({ ...A, body: 'query A { x }' }, { ...A, id: 'b', name: 'B', body: 'query B { y }' }),
      /\n {2}A: .*"x".*\n {2}B: .*"y"/,
    ],
  ])('refuses to start, and says what is wrong: %s', async (_what, content, problem) => {
    const file = writeManifest(content);
    const starting = startOn(file.path);
    await starting.catch(() => undefined);
    file.remove();

    await expect(starting).rejects.toThrow(problem);
  });

  it('refuses to start, and names the file that is not there', async () => {
    await expect(startOn('/nowhere/manifest.json')).rejects.toThrow(
      /OPERATIONS_MANIFEST cannot be read:\n {2}\/nowhere\/manifest.json: ENOENT/,
    );
  });

  it.each(['log', 'enforce'])('refuses to start without one when OPERATIONS_MODE=%s', (mode) => {
    expect(() => loadConfig({ OPERATIONS_MODE: mode })).toThrow(
      `OPERATIONS_MANIFEST is missing: OPERATIONS_MODE=${mode} needs a list.`,
    );
  });

  it('refuses to start when a variable of the list is misspelt', () => {
    expect(() => loadConfig({ OPERATIONS_MODES: 'enforce' })).toThrow('OPERATIONS_MODES is not a variable');
  });
});
