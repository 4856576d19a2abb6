import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  balanceBody,
  balanceOfPath,
  businessError,
  json,
  LEDGER_PATH,
  ledgerBody,
  onceSeen,
  row,
} from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const BALANCE_PATHS = /^\/v2\/customers\/\d+\/points\/balance$/;

describe('within one operation', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await startGateway({ env: { CAPILLARY_MAX_CONCURRENT: '4' } });
    gateway.platform.answer(BALANCE_PATHS, balanceOfPath);
    gateway.platform.answer(LEDGER_PATH, (request, response) => {
      const { identifierName, identifierValue = '' } = request.params;
      const userId = identifierName === 'id' ? identifierValue : '4242';
      json(ledgerBody({ userId, externalId: 'EX-1', rows: [row(1)] }))(request, response);
    });
  });
  afterEach(() => gateway.close());

  const calls = () => gateway.platform.requests.length;

  it.each([
    [
      'aliases',
      '{ a: customer(id: "1") { x: pointsBalance { mainPoints } y: pointsBalance { totalPoints } } b: customer(id: "1") { pointsBalance { mainPoints } } }',
    ],
    [
      'fragments',
      'fragment B on Customer { pointsBalance { mainPoints } } { customer(id: "1") { ...B ... on Customer { ...B } ... { pointsBalance { totalPoints } } } b: customer(id: "1") { ...B } }',
    ],
    ['lists', '{ customers(ids: ["1", "1", "1"]) { pointsBalance { mainPoints } } }'],
    [
      'spelling of defaults',
      '{ customer(id: "1") { a: pointsBalance { mainPoints } b: pointsBalance(allPrograms: false) { mainPoints } c: pointsBalance(entityType: CUSTOMER, programId: null) { mainPoints } d: pointsBalance(maxAge: 5) { mainPoints } } }',
    ],
    [
      'an id as text or as a number',
      '{ a: customer(id: "1") { pointsBalance { mainPoints } } b: customer(id: 1) { pointsBalance { mainPoints } } }',
    ],
    [
      'a programId that allPrograms makes pointless',
      '{ customer(id: "1") { a: pointsBalance(allPrograms: true) { mainPoints } b: pointsBalance(programId: 7, allPrograms: true) { mainPoints } } }',
    ],
    [
      'a ledger filter left out, null or spelled out',
      '{ customer(id: "1") { a: ledgerBalance { totalEntries } b: ledgerBalance(filter: null) { totalEntries } c: ledgerBalance(filter: {}, first: 3) { totalEntries } d: ledgerBalance(filter: { includeAlternateCurrencies: false, includeTillConceptEvents: false, tillId: null }) { totalEntries } } }',
    ],
    [
      'the order of a filter and of its names',
      '{ customer(id: "1") { a: ledgerBalance(filter: { tillId: 5, alternateCurrencyNames: ["B", "A"] }) { totalEntries } b: ledgerBalance(filter: { alternateCurrencyNames: ["A", "B", "A"], includeAlternateCurrencies: false, tillId: "5" }) { totalEntries } } }',
    ],
    [
      'spellings of one mobile',
      '{ a: customerByIdentifier(lookup: { identifiers: [{ name: MOBILE, value: "+91 99990-00001" }] }) { ledgerBalance { totalEntries } } b: customerByIdentifier(lookup: { source: INSTORE, identifiers: [{ name: MOBILE, value: "919999000001" }] }) { ledgerBalance { totalEntries } } }',
    ],
    [
      'the order of identifiers',
      '{ a: customerByIdentifier(lookup: { identifiers: [{ name: MOBILE, value: "919999000001" }, { name: EMAIL, value: "a@B.example" }] }) { ledgerBalance { totalEntries } } b: customerByIdentifier(lookup: { identifiers: [{ name: EMAIL, value: "a@b.example" }, { name: MOBILE, value: "919999000001" }] }) { ledgerBalance { totalEntries } } }',
    ],
  ])('one read serves %s', async (_what, query) => {
    const { errors } = await gateway.query(query);

    expect(errors).toBeUndefined();
    expect(calls()).toBe(1);
  });

  it.each([
    [
      'programs',
      '{ customer(id: "1") { a: pointsBalance { mainPoints } b: pointsBalance(programId: 7) { mainPoints } } }',
    ],
    [
      'the sum over all and the default program',
      '{ customer(id: "1") { a: pointsBalance { mainPoints } b: pointsBalance(allPrograms: true) { mainPoints } } }',
    ],
    [
      'the customer and the fleet',
      '{ customer(id: "1") { a: pointsBalance { mainPoints } b: pointsBalance(entityType: FLEET) { mainPoints } } }',
    ],
    [
      'customers',
      '{ a: customer(id: "1") { pointsBalance { mainPoints } } b: customer(id: "11") { pointsBalance { mainPoints } } }',
    ],
    [
      'dates',
      '{ customer(id: "1") { a: ledgerBalance { totalEntries } b: ledgerBalance(filter: { endDate: "2026-01-31T23:59:59" }) { totalEntries } } }',
    ],
    [
      'e-mails whose names differ in case',
      '{ a: customerByIdentifier(lookup: { identifiers: [{ name: EMAIL, value: "A@b.example" }] }) { ledgerBalance { totalEntries } } b: customerByIdentifier(lookup: { identifiers: [{ name: EMAIL, value: "a@b.example" }] }) { ledgerBalance { totalEntries } } }',
    ],
    [
      'sources',
      '{ a: customerByIdentifier(lookup: { identifiers: [{ name: MOBILE, value: "9199" }] }) { ledgerBalance { totalEntries } } b: customerByIdentifier(lookup: { source: LINE, identifiers: [{ name: MOBILE, value: "9199" }] }) { ledgerBalance { totalEntries } } }',
    ],
  ])('two reads tell %s apart', async (_what, query) => {
    await gateway.query(query);

    expect(calls()).toBe(2);
  });

  it('asks the platform nothing until a field needs it', async () => {
    const { data } = await gateway.query('{ customer(id: "5") { id __typename } customers(ids: ["6", "7"]) { id } }');

    expect(data).toEqual({ customer: { id: '5', __typename: 'Customer' }, customers: [{ id: '6' }, { id: '7' }] });
    expect(calls()).toBe(0);
    expect(gateway.platform.tokenRequests).toHaveLength(0);
  });

  it('reads 50 customers of whom 25 are distinct with 25 calls, no more at a time than allowed, in the order asked', async () => {
    gateway.platform.answer(BALANCE_PATHS, onceSeen(gateway.platform, 4, balanceOfPath));
    const ids = Array.from({ length: 50 }, (_, index) => String(100 + ((index * 7) % 25)));

    const { data, errors } = await gateway.query(
      'query ($ids: [ID!]!) { customers(ids: $ids) { id pointsBalance { entityId } } }',
      { ids },
    );

    expect(errors).toBeUndefined();
    expect(data).toEqual({ customers: ids.map((id) => ({ id, pointsBalance: { entityId: id } })) });
    expect(calls()).toBe(25);
    expect(gateway.platform.mostAtOnce).toBe(4);
  });

  it('empties one place of a list for one customer that fails', async () => {
    gateway.platform.answer('/v2/customers/12/points/balance', businessError(8015));

    const { data, errors } = await gateway.query(
      '{ customers(ids: ["11", "12", "13", "12"]) { pointsBalance { mainPoints } } }',
    );

    const full = { pointsBalance: { mainPoints: '8500.000' } };
    const empty = { pointsBalance: null };
    expect(data).toEqual({ customers: [full, empty, full, empty] });
    expect(errors).toMatchObject([
      { path: ['customers', 1, 'pointsBalance'], extensions: { code: 'CUSTOMER_NOT_FOUND', platformCode: 8015 } },
      { path: ['customers', 3, 'pointsBalance'], extensions: { code: 'CUSTOMER_NOT_FOUND', platformCode: 8015 } },
    ]);
    expect(calls()).toBe(3);
  });

  it('never carries an answer over to the next operation', async () => {
    const query = '{ customer(id: "1") { pointsBalance { mainPoints } } }';
    await gateway.query(query);
    gateway.platform.answer('/v2/customers/1/points/balance', json(balanceBody('1', { mainPoints: '1.000' })));

    const { data } = await gateway.query(query);

    expect(data).toEqual({ customer: { pointsBalance: { mainPoints: '1.000' } } });
  });

  it.each([
    [
      'beside a ledger balance',
      '{ customer(id: "1") { externalId ledgerBalance(filter: { tillId: 5 }) { totalEntries } } }',
      1,
    ],
    ['alone', '{ customer(id: "1") { externalId } }', 1],
  ])('reads the external id %s with one call', async (_what, query, expected) => {
    const { data } = await gateway.query(query);

    expect(data).toMatchObject({ customer: { externalId: 'EX-1' } });
    expect(calls()).toBe(expected);
  });

  it('reads the external id of a customer whose ledger is empty from the profile', async () => {
    gateway.platform.answer(LEDGER_PATH, businessError(11003));
    const profile = { source: 'INSTORE', identifiers: [{ type: 'externalID', value: 'EX-9' }] };
    gateway.platform.answer('/v2/customers/1', json({ id: 1, profiles: [profile], warnings: [] }));

    const { data } = await gateway.query(
      '{ customer(id: "1") { externalId ledgerBalance { totalEntries nodes { programId } } } }',
    );

    expect(data).toEqual({ customer: { externalId: 'EX-9', ledgerBalance: { totalEntries: 0, nodes: [] } } });
  });

  describe('a customer named by an identifier', () => {
    const LOOKUP = '(lookup: { identifiers: [{ name: MOBILE, value: "919999000001" }] })';

    beforeEach(() => {
      gateway.platform.answer('/v2/customers/lookup/points/balance', json(balanceBody('4242')));
      gateway.platform.answer('/v2/customers/lookup', json('{ "entity": 4242, "warnings": [] }'));
    });

    it.each([
      ['the balance names the id', `{ customerByIdentifier${LOOKUP} { id pointsBalance { mainPoints } } }`, 1],
      ['the ledger names the id', `{ customerByIdentifier${LOOKUP} { id ledgerBalance { totalEntries } } }`, 1],
      ['the id alone is looked up', `{ customerByIdentifier${LOOKUP} { id } }`, 1],
      [
        'both balances, the id and the external id',
        `{ customerByIdentifier${LOOKUP} { id externalId pointsBalance { mainPoints } ledgerBalance { totalEntries } } }`,
        2,
      ],
    ])('costs no lookup of its own: %s', async (_what, query, expected) => {
      const { data, errors } = await gateway.query(query);

      expect(errors).toBeUndefined();
      expect(data).toMatchObject({ customerByIdentifier: { id: '4242' } });
      expect(calls()).toBe(expected);
    });

    it('is never two people in one answer', async () => {
      gateway.platform.answer('/v2/customers/lookup/points/balance', json(balanceBody('111')));

      const { data, errors } = await gateway.query(
        `{ customerByIdentifier${LOOKUP} { pointsBalance { entityId } ledgerBalance { nodes { programId } } } }`,
      );

      const { pointsBalance, ledgerBalance } = (data as { customerByIdentifier: Record<string, unknown> })
        .customerByIdentifier;
      expect([pointsBalance, ledgerBalance].filter((each) => each === null)).toHaveLength(1);
      expect(errors).toMatchObject([{ extensions: { code: 'PLATFORM_BAD_RESPONSE' } }]);
    });

    it('is looked up after all when the read that would have named the id fails', async () => {
      gateway.platform.answer('/v2/customers/lookup/points/balance', json({}, 500));

      const { data, errors } = await gateway.query(
        `{ customerByIdentifier${LOOKUP} { id pointsBalance { mainPoints } } }`,
      );

      expect(data).toEqual({ customerByIdentifier: { id: '4242', pointsBalance: null } });
      expect(errors).toMatchObject([{ path: ['customerByIdentifier', 'pointsBalance'] }]);
    });

    it('that nobody has is null as a whole when its id was asked for', async () => {
      gateway.platform.answer('/v2/customers/lookup', businessError(8015));

      const { data, errors } = await gateway.query(
        `{ customerByIdentifier${LOOKUP} { id } me: customer(id: "1") { id } }`,
      );

      expect(data).toEqual({ customerByIdentifier: null, me: { id: '1' } });
      expect(errors).toMatchObject([{ extensions: { code: 'CUSTOMER_NOT_FOUND' } }]);
    });
  });
});
