import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { balanceOfPath, json, LEDGER_PATH, ledgerBody, row } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const ids = (count: number, from = 1) =>
  JSON.stringify(Array.from({ length: count }, (_, index) => String(from + index)));

describe('an operation’s price in platform calls', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ env: { MAX_PLATFORM_CALLS: '4', FEDERATION: 'on' } });
    gateway.platform.answer(/points\/balance$/, balanceOfPath);
    gateway.platform.answer(LEDGER_PATH, (request, response) => {
      json(ledgerBody({ userId: request.params['identifierValue'] ?? '', rows: [row(1)] }))(request, response);
    });
  });
  afterAll(() => gateway.close());

  it('of a document made to be expensive is counted all the same, and refused', async () => {
    const names = JSON.stringify(Array.from({ length: 50 }, (_, index) => `${index}${'x'.repeat(200)}`));
    const ledgers = Array.from(
      { length: 60 },
      (_, index) => `l${index}: ledgerBalance(filter: $f, first: 100) { totalEntries }`,
    );
    const aliases = Array.from({ length: 70 }, (_, index) => `a${index}: customers(ids: $ids) { ...F }`);
    const query = `query ($ids: [ID!]!, $f: LedgerBalanceFilter) { ${aliases.join(' ')} } fragment F on Customer { ${ledgers.join(' ')} }`;

    const { status, errors } = await gateway.query(query, {
      ids: JSON.parse(ids(100)) as string[],
      f: { alternateCurrencyNames: JSON.parse(names) as string[] },
    });

    expect(status).toBe(400);
    expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_EXPENSIVE' } }]);
  });

  it('is counted though unused variables are nested without end', async () => {
    const depth = 150_000;
    const body = `{"query":"{ customer(id: 5) { id } }","variables":{"x":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });

    expect(response.status).toBeLessThan(500);
  });

  it.each([
    [0, `{ customers(ids: ${ids(100)}) { id } }`],
    [4, `{ customers(ids: ${ids(4)}) { pointsBalance { mainPoints } } }`],
    [4, `{ customers(ids: ${ids(2)}) { pointsBalance { mainPoints } ledgerBalance { totalEntries } externalId } }`],
    [
      1,
      `{ ${Array.from({ length: 30 }, (_, index) => `a${index}: customer(id: 5) { pointsBalance { mainPoints } }`).join(' ')} }`,
    ],
    [4, '{ customer(id: 5) { ledgerBalance(first: 40) { totalEntries } } }'],
    [
      1,
      `{ customers(ids: ${ids(9)}) @skip(if: true) { pointsBalance { mainPoints } } customer(id: 5) { pointsBalance { mainPoints } } }`,
    ],
  ])('of %i is within the bound: %.60s', async (_price, query) => {
    const { errors } = await gateway.query(query);

    expect(errors).toBeUndefined();
  });

  it.each([
    [5, 'a list', `{ customers(ids: ${ids(5)}) { pointsBalance { mainPoints } } }`, {}],
    [
      5,
      'a variable',
      'query ($ids: [ID!]!) { customers(ids: $ids) { pointsBalance { mainPoints } } }',
      { ids: ['1', '2', '3', '4', '5'] },
    ],
    [
      6,
      'two balances each',
      `{ customers(ids: ${ids(3)}) { pointsBalance { mainPoints } ledgerBalance { totalEntries } } }`,
      {},
    ],
    [
      5,
      'aliases',
      `{ ${[1, 2, 3, 4, 5].map((id) => `a${id}: customer(id: ${id}) { pointsBalance { mainPoints } }`).join(' ')} }`,
      {},
    ],
    [
      5,
      'aliases of programs',
      `{ customer(id: 1) { ${[1, 2, 3, 4, 5].map((id) => `p${id}: pointsBalance(programId: ${id}) { mainPoints }`).join(' ')} } }`,
      {},
    ],
    [
      6,
      'fragments',
      `fragment F on Customer { ...G } fragment G on Customer { pointsBalance { mainPoints } externalId } { customers(ids: ${ids(3)}) { ...F } }`,
      {},
    ],
    [10, 'ledger pages', '{ customer(id: 1) { ledgerBalance(first: 100) { totalEntries } } }', {}],
    [
      5,
      'entities',
      `{ _entities(representations: [${[1, 2, 3, 4, 5].map((id) => `{ __typename: "Customer", id: "${id}" }`).join(' ')}]) { ... on Customer { pointsBalance { mainPoints } } } }`,
      {},
    ],
    [
      5,
      'lookups',
      `{ ${[1, 2, 3, 4, 5].map((n) => `a${n}: customerByIdentifier(lookup: { identifiers: [{ name: MOBILE, value: "999${n}" }] }) { id }`).join(' ')} }`,
      {},
    ],
  ])('of %i over the bound is refused before the first call: %s', async (price, _what, query, variables) => {
    const before = gateway.platform.requests.length;

    const { status, data, errors } = await gateway.query(query, variables);

    expect([status, data]).toEqual([400, undefined]);
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining(`${price} platform calls; 4 are allowed`),
        extensions: { code: 'OPERATION_TOO_EXPENSIVE', retryable: false },
      },
    ]);
    expect(gateway.platform.requests).toHaveLength(before);
  });
});
