import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { balanceBody, json, LEDGER_PATH, ledgerBody, row } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const BALANCE = `query ($id: ID!) { customer(id: $id) { id pointsBalance {
  entityId entityType totalPoints mainPoints promisedPoints
  promisedPointsBreakup { delayedAccrualPoints externalTriggerBasedPoints } warnings { code message }
} } }`;
const LEDGER = `query ($id: ID!) { customer(id: $id) { id externalId ledgerBalance { totalEntries nodes {
  pointsCategory programId programName closingBalance alternateCurrency alternateCurrencyCategory
} } } }`;

describe('exactness', () => {
  let gateway: TestGateway;
  beforeAll(async () => (gateway = await startGateway()));
  afterAll(() => gateway.close());

  it("hands the documentation's points balance on digit for digit", async () => {
    gateway.platform.answer('/v2/customers/565039505/points/balance', json(balanceBody('565039505')));

    const { data, errors } = await gateway.query(BALANCE, { id: '565039505' });

    expect(errors).toBeUndefined();
    expect(data).toEqual({
      customer: {
        id: '565039505',
        pointsBalance: {
          entityId: '565039505',
          entityType: 'CUSTOMER',
          totalPoints: '8500.000',
          mainPoints: '8500.000',
          promisedPoints: '0.000',
          promisedPointsBreakup: { delayedAccrualPoints: '0.000', externalTriggerBasedPoints: '0.000' },
          warnings: [],
        },
      },
    });
  });

  it("hands the documentation's ledger balance on digit for digit", async () => {
    const rows = [
      {
        pointsCategory: 'DelayedAccrualPointCategory',
        programName: 'Tata Ginger Loyalty',
        programId: 1568,
        closingBalance: '0.000',
      },
      { pointsCategory: 'Main', programName: 'PurpleNeu', programId: 1414, closingBalance: '12703.000' },
      {
        pointsCategory: 'AC-hawai_PointCategory',
        programName: 'Aman Org V2DefaultProgram',
        programId: 2568,
        closingBalance: '150.000',
        alternateCurrency: 'AC-hawai',
        alternateCurrencyCategory: 'REGULAR',
      },
    ];
    gateway.platform.answer(
      LEDGER_PATH,
      json(ledgerBody({ userId: '502522264', externalId: 'tomanatest2', rows, totalEntries: 17 })),
    );

    const { data, errors } = await gateway.query(LEDGER, { id: '502522264' });

    expect(errors).toBeUndefined();
    const none = { alternateCurrency: null, alternateCurrencyCategory: null };
    const nodes = rows.map((each) => ({ ...none, ...each, programId: String(each.programId) }));
    expect(data).toEqual({
      customer: { id: '502522264', externalId: 'tomanatest2', ledgerBalance: { totalEntries: 17, nodes } },
    });
  });

  it.each([
    ['three decimals, trailing zeros kept', '420.100', '420.100'],
    ['18 digits', '123456789012345.678', '123456789012345.678'],
    ['more than 2^53', '9007199254740993.001', '9007199254740993.001'],
    ['a negative amount', '-213100.000', '-213100.000'],
    ['no decimals', '3000000000', '3000000000'],
    ['the exponent a Java server prints', '1.2345678E7', '12345678'],
    ['the same text in quotes', '"12.500"', '12.500'],
    ['what a float would round', '0.30000000000000004', '0.30000000000000004'],
  ])('keeps %s', async (_what, sent, shown) => {
    gateway.platform.answer('/v2/customers/7/points/balance', json(balanceBody('7', { mainPoints: sent })));

    const { data } = await gateway.query(BALANCE, { id: '7' });

    expect(data).toMatchObject({ customer: { pointsBalance: { mainPoints: shown } } });
  });

  it.each(['1e400', 'null', 'true', '"NaN"', '"1,5"', '"+1"', '""', '[1]', '1e-400'])(
    'calls an amount of %s a bad response',
    async (sent) => {
      gateway.platform.answer('/v2/customers/8/points/balance', json(balanceBody('8', { mainPoints: sent })));

      const { errors } = await gateway.query(BALANCE, { id: '8' });

      expect(errors).toMatchObject([{ extensions: { code: 'PLATFORM_BAD_RESPONSE' } }]);
    },
  );

  it.each(['9007199254740993', '9223372036854775807'])('carries the id %s both ways digit for digit', async (id) => {
    gateway.platform.answer(`/v2/customers/${id}/points/balance`, json(balanceBody(id)));
    gateway.platform.answer(LEDGER_PATH, json(ledgerBody({ userId: id, rows: [row(1)] })));

    const asVariable = await gateway.query(BALANCE, { id });
    const asLiteral = await gateway.query(`{ customer(id: ${id}) { id ledgerBalance { totalEntries } } }`);

    expect(asVariable.data).toMatchObject({ customer: { id, pointsBalance: { entityId: id } } });
    expect(asLiteral.data).toEqual({ customer: { id, ledgerBalance: { totalEntries: 1 } } });
    expect(gateway.platform.requests.at(-1)?.params).toMatchObject({ identifierValue: id });
  });

  it('refuses a JSON number above 2^53 in variables, which has already lost digits, without a call', async () => {
    const before = gateway.platform.requests.length;
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query": ${JSON.stringify(BALANCE)}, "variables": {"id": 9007199254740993}}`,
    });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(gateway.platform.requests).toHaveLength(before);
  });
});
