import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { refusalWith, startTestSandbox, type Reply, type TestSandbox } from '../unit/sandbox/sandboxClient.ts';

const LEDGER = '/v2/pointsLedger/getCustomerLedgerBalance';
const LOOKUP = '/v2/customers/lookup';
const ASHA = '565039505';
const BRUNO = '502522264';
const BIG = '9007199254740993';
const IVO = '565039540';

interface LedgerBody {
  readonly ledgerDetails: {
    readonly totalEntries: number;
    readonly pageCount: number;
    readonly ledgerClosingBalance: readonly {
      readonly programId: number;
      readonly pointsCategory: string;
      readonly closingBalance: string;
    }[];
  };
}

/** The rows of a ledger answer, as `973 Main 8500.000`. */
function rowsOf({ json }: Reply): string[] {
  return (json as LedgerBody).ledgerDetails.ledgerClosingBalance.map(
    ({ programId, pointsCategory, closingBalance }) => `${programId} ${pointsCategory} ${closingBalance}`,
  );
}

function totalEntriesOf({ json }: Reply): number {
  return (json as LedgerBody).ledgerDetails.totalEntries;
}

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
afterAll(() => sandbox.close());

const balance = (id: string, query: Record<string, string> = {}): Promise<Reply> =>
  sandbox.read(`/v2/customers/${id}/points/balance`, query);
const ledger = (id: string, query: Record<string, string> = {}): Promise<Reply> => sandbox.ledger(id, query);

// https://docs.capillarytech.com/reference/get-points-balance
describe('the points balance', () => {
  it('has the documented shape, and its numbers three decimals', async () => {
    const reply = await balance(ASHA);

    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(reply.headers.get('x-cap-request-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(reply.text).toBe(
      '{"entityId":565039505,"entityType":"CUSTOMER","totalPoints":8970.000,"mainPoints":8500.000,' +
        '"promisedPoints":470.000,"promisedPointsBreakup":{"delayedAccrualPoints":320.000,' +
        '"externalTriggerBasedPoints":150.000},"warnings":[]}',
    );
  });

  it.each([
    ['the default program without programId', {}, '"totalPoints":8970.000,"mainPoints":8500.000'],
    ['the program that programId names', { programId: '1414' }, '"totalPoints":1318.750,"mainPoints":1203.500'],
    ['zeros for a program without entries', { programId: '2199' }, '"totalPoints":0.000,"mainPoints":0.000'],
    ['the sum of all programs', { fetchDataForAllPrograms: 'true' }, '"totalPoints":10288.750,"mainPoints":9703.500'],
    [
      'all programs, though programId names one that is not there',
      { fetchDataForAllPrograms: 'true', programId: 'x' },
      '"totalPoints":10288.750',
    ],
    [
      'one program when all are refused by name',
      { fetchDataForAllPrograms: 'false', programId: '1414' },
      '"totalPoints":1318.750',
    ],
  ])('shows %s', async (_what, query: Record<string, string>, text) => {
    expect((await balance(ASHA, query)).text).toContain(text);
  });

  it('keeps every digit of an id above 2^53 and of a balance that no float holds', async () => {
    const { text } = await balance(BIG);
    expect(text).toContain('"entityId":9007199254740993,');
    expect(text).toContain('"mainPoints":900719925474099.303,');
  });

  it.each([
    ['565039510', '"totalPoints":1234.578,"mainPoints":1234.567,"promisedPoints":0.011'],
    ['565039511', '"totalPoints":-250.500,"mainPoints":-250.500,"promisedPoints":0.000'],
    ['565039550', '"totalPoints":0.000,"mainPoints":0.000,"promisedPoints":0.000'],
  ])('of customer %s is exact', async (id, text) => {
    expect((await balance(id)).text).toContain(text);
  });

  it('of a fleet is the sum of its members, under the id that was asked for', async () => {
    const one = await balance('565039531', { entityType: 'FLEET', fetchDataForAllPrograms: 'true' });
    expect(one.text).toContain('{"entityId":565039531,"entityType":"FLEET","totalPoints":1415.500,');
    const alone = await balance('565039531', { entityType: 'CUSTOMER', fetchDataForAllPrograms: 'true' });
    expect(alone.text).toContain('"entityType":"CUSTOMER","totalPoints":1090.500,');
  });

  it("of a merged customer is the survivor's, with the survivor's id and warning 8069", async () => {
    const { json, text } = await balance('565039520');
    expect(text).toContain('{"entityId":565039521,"entityType":"CUSTOMER","totalPoints":820.500,');
    expect(json).toMatchObject({ warnings: [{ status: false, code: 8069 }] });
  });

  it.each([
    ['an unknown customer', '1', {}, 8015],
    ['an id that is no number', 'abc', {}, 8015],
    ['an unknown entity type', ASHA, { entityType: 'TEAM' }, 1212],
    ['an unknown program', ASHA, { programId: '999' }, 1213],
    ['a program that is no number', ASHA, { programId: 'default' }, 1213],
    ['a fleet of a customer in none', ASHA, { entityType: 'FLEET' }, 1632],
  ])('answers %s with its code in a 200', async (_what, id, query: Record<string, string>, code) => {
    const { status, json } = await balance(id, query);
    expect(status).toBe(200);
    expect(json).toEqual(refusalWith(code));
  });

  it('answers a flag that is neither true nor false with 400', async () => {
    const { status, json } = await balance(ASHA, { fetchDataForAllPrograms: 'yes' });
    expect({ status, json }).toEqual({ status: 400, json: refusalWith(400) });
  });
});

describe.each([
  ['the lookup of a customer', LOOKUP, '"entity":'],
  ['the lookup of a points balance', `${LOOKUP}/points/balance`, '"entityId":'],
])('%s', (_what, path, key) => {
  const look = (query: Record<string, string>): Promise<Reply> =>
    sandbox.read(path, { source: 'INSTORE', identifierName: 'mobile', identifierValue: '919999000001', ...query });

  it.each([
    ['mobile', '919999000001', ASHA],
    ['email', 'chandra+points@example.com', BIG],
    ['externalId', 'EX-0001', ASHA],
    ['cardnumber', 'EXCARD0002', BRUNO],
    ['cardExternalId', 'EX-CARD-EXT-0002', BRUNO],
  ])('finds a customer by %s', async (identifierName, identifierValue, id) => {
    expect((await look({ identifierName, identifierValue })).text).toContain(`${key}${id}`);
  });

  it('finds a customer in an account of a source, and in any source under ALL', async () => {
    const wechat = { identifierName: 'wechat', identifierValue: 'example-openid-0011' };
    expect((await look({ ...wechat, source: 'WECHAT', accountId: 'wx-harbour' })).text).toContain(`${key}565039560`);
    expect((await look({ ...wechat, source: 'ALL' })).text).toContain(`${key}565039560`);
  });

  it("finds the survivor by a victim's identifier, with warning 8069", async () => {
    const { text, json } = await look({ identifierName: 'externalId', identifierValue: 'EX-0006-OLD' });
    expect(text).toContain(`${key}565039521`);
    expect(json).toMatchObject({ warnings: [{ status: false, code: 8069 }] });
  });

  it('finds the survivor without a warning by what both have', async () => {
    const { text, json } = await look({ identifierValue: '919999000006' });
    expect(text).toContain(`${key}565039521`);
    expect(json).toMatchObject({ warnings: [] });
  });

  it('tells customers apart who share a mobile number by the primary identifier, wherever it stands in the list', async () => {
    const both = await look({ identifierName: 'mobile,externalId', identifierValue: '919999000013,EX-0014' });
    expect(both.text).toContain(`${key}565039581`);
    const other = await look({ identifierName: 'externalId,mobile', identifierValue: 'EX-0013,919999000013' });
    expect(other.text).toContain(`${key}565039580`);
  });

  it('goes on to the next identifier of a list when the primary one is unknown', async () => {
    const { text } = await look({ identifierName: 'externalId,email', identifierValue: 'nobody,nils@example.com' });
    expect(text).toContain(`${key}565039581`);
  });

  it.each([
    ['no source', { source: '' }, 8001],
    ['an unknown source', { source: 'Instore' }, 8003],
    ['no identifier name', { identifierName: '' }, 8002],
    ['no identifier value', { identifierValue: '' }, 8002],
    ['fewer values than names', { identifierName: 'mobile,email' }, 8002],
    ['an unknown identifier name', { identifierName: 'MOBILE' }, 8013],
    ['an id, which has a path of its own', { identifierName: 'id', identifierValue: ASHA }, 8013],
    ['an unknown customer', { identifierValue: '910000000000' }, 8015],
    ['a mobile number that two customers share', { identifierValue: '919999000013' }, 8015],
    ['a customer of another source', { source: 'LINE' }, 8065],
    ['a customer of another account', { source: 'WECHAT', accountId: 'wx-orchard' }, 8065],
    ['a source with accounts and none named', { source: 'WECHAT' }, 8127],
    ['an account that the source does not have', { source: 'WECHAT', accountId: 'wx' }, 8127],
    ['an account of a source without any', { accountId: 'wx-harbour' }, 8127],
  ])('answers %s with its code', async (_case, query: Record<string, string>, code) => {
    const { status, json } = await look(query);
    expect({ status, json }).toEqual({ status: 200, json: refusalWith(code) });
  });
});

// https://docs.capillarytech.com/reference/get-customer-details
describe('the profile', () => {
  const profile = (id: string, query: Record<string, string>): Promise<Reply> =>
    sandbox.read(`/v2/customers/${id}`, query);

  it('is one per source the customer is known in, with the identifiers of each', async () => {
    const { json } = await profile('565039560', { source: 'INSTORE' });
    expect(json).toMatchObject({
      id: 565039560,
      profiles: [
        {
          source: 'INSTORE',
          accountId: '',
          userId: 565039560,
          identifiers: [{ type: 'externalId' }, { type: 'mobile' }],
        },
        { source: 'WECHAT', accountId: 'wx-harbour', identifiers: [{ type: 'wechat' }, { type: 'email' }] },
      ],
      warnings: [],
    });
  });

  it('is the asked one alone with includedOnlyCurrentProfile', async () => {
    const query = { source: 'WECHAT', accountId: 'wx-harbour', includedOnlyCurrentProfile: 'true' };
    const { json } = await profile('565039560', query);
    expect((json as { profiles: unknown[] }).profiles).toMatchObject([{ source: 'WECHAT' }]);
  });

  it('spells a card number cardNumber, though the parameter is cardnumber', async () => {
    const { text } = await profile('565039570', { source: 'ALL' });
    expect(text).toContain('{"type":"cardNumber","value":"EXCARD0012"}');
  });

  it('keeps every digit of the id, also inside the profiles', async () => {
    const { text } = await profile(BIG, { source: 'INSTORE' });
    expect(text.match(/9007199254740993/g)).toHaveLength(2);
  });

  it.each([
    ['no source', ASHA, {}, 8016],
    ['an unknown source', ASHA, { source: 'SHOP' }, 8012],
    ['a source with accounts and none named', ASHA, { source: 'WECHAT' }, 8091],
    ['an account that the source does not have', ASHA, { source: 'WECHAT', accountId: 'wx' }, 8012],
    ['an unknown customer', '1', { source: 'INSTORE' }, 8015],
    ['a customer of another source', ASHA, { source: 'LINE' }, 8065],
  ])('answers %s with its code', async (_case, id, query: Record<string, string>, code) => {
    expect((await profile(id, query)).json).toEqual(refusalWith(code));
  });
});

// https://docs.capillarytech.com/reference/get-customer-ledger-balance
describe('the ledger balance', () => {
  it('has the documented shape: 17 entries, two pages, six rows on the first, balances as strings', async () => {
    const { json } = await ledger(ASHA);
    const row = (programId: number, programName: string, pointsCategory: string, closingBalance: string): unknown => ({
      pointsCategory,
      programName,
      programId,
      closingBalance,
    });
    expect(json).toEqual({
      customerDetails: { userId: 565039505, externalId: 'EX-0001', entityType: 'CUSTOMER' },
      ledgerDetails: {
        pageNumber: 0,
        pageSize: 10,
        totalEntries: 17,
        pageCount: 2,
        ledgerClosingBalance: [
          row(973, 'Harbour Rewards', 'Main', '8500.000'),
          row(973, 'Harbour Rewards', 'DelayedAccrualPointCategory', '320.000'),
          row(973, 'Harbour Rewards', 'ExternalTriggerBasedPointCategory', '150.000'),
          row(1414, 'Orchard Club', 'Main', '1203.500'),
          row(1414, 'Orchard Club', 'DelayedAccrualPointCategory', '75.250'),
          row(1414, 'Orchard Club', 'ExternalTriggerBasedPointCategory', '40.000'),
        ],
      },
      warnings: [],
    });
  });

  it('shows on a page the rows that have an entry there, with the balance over all pages', async () => {
    expect(rowsOf(await ledger(ASHA, { offset: '1' }))).toEqual([
      '973 Main 8500.000',
      '973 ExternalTriggerBasedPointCategory 150.000',
      '1414 DelayedAccrualPointCategory 75.250',
      '1414 ExternalTriggerBasedPointCategory 40.000',
      '1414 Main 1203.500',
    ]);
  });

  it('counts pages by limit, and offset in pages', async () => {
    const reply = await ledger(ASHA, { limit: '4', offset: '4' });
    expect(reply.json).toMatchObject({ ledgerDetails: { pageNumber: 4, pageSize: 4, totalEntries: 17, pageCount: 5 } });
    expect(rowsOf(reply)).toEqual(['1414 Main 1203.500']);
  });

  it('needs several pages for sixteen rows, and has them all on these', async () => {
    const pages = await Promise.all(
      ['0', '1', '2'].map((offset) => ledger(IVO, { offset, includeAlternateCurrencies: 'true' })),
    );
    expect(pages.map((page) => rowsOf(page).length)).toEqual([10, 10, 2]);
    expect(new Set(pages.flatMap(rowsOf)).size).toBe(16);
  });

  it('agrees with the points balance', async () => {
    const rows = rowsOf(await ledger('565039510'));
    expect(rows).toEqual([
      '973 Main 1234.567',
      '973 DelayedAccrualPointCategory 0.001',
      '973 ExternalTriggerBasedPointCategory 0.010',
    ]);
  });

  it('keeps every digit', async () => {
    const { text } = await ledger(BIG);
    expect(text).toContain('"userId":9007199254740993,');
    expect(text).toContain('"closingBalance":"900719925474099.303"');
  });

  it('leaves out an external id that the customer does not have', async () => {
    expect((await ledger('565039570')).json).toMatchObject({
      customerDetails: expect.not.objectContaining({ externalId: expect.anything() }),
    });
  });

  it("of a merged customer is the survivor's, with warning 8069", async () => {
    expect((await ledger('565039520')).json).toMatchObject({
      customerDetails: { userId: 565039521 },
      warnings: [{ status: false, code: 8069 }],
    });
  });

  it.each([
    ['as of the end date, itself included', '2025-03-16T02:00:00', ['973 Main 9680.000'], 11],
    ['as of a second earlier', '2025-03-16T01:59:59', ['973 Main 6000.000'], 9],
    ['as of a day in the future', '2030-01-01T00:00:00', ['973 Main 8500.000'], 17],
  ])('is %s', async (_what, endDate, rows, entries) => {
    const reply = await ledger(ASHA, { endDate });
    expect(rowsOf(reply)).toEqual(expect.arrayContaining(rows));
    expect(totalEntriesOf(reply)).toBe(entries);
  });

  it('without an end date is as of now', async () => {
    const earlier = await startTestSandbox({ now: () => Date.UTC(2025, 0, 31) });
    try {
      expect(rowsOf(await earlier.ledger(ASHA))).toContain('973 Main 6000.000');
      expect((await earlier.read(`/v2/customers/${ASHA}/points/balance`)).text).toContain('"mainPoints":6000.000');
    } finally {
      await earlier.close();
    }
  });

  it.each([
    ['REGULAR', ['973 Main 8500.000', '1414 Main 1203.500']],
    ['PROMISED', ['973 DelayedAccrualPointCategory 320.000', '1414 DelayedAccrualPointCategory 75.250']],
    [
      'TRIGGER_BASED',
      ['973 ExternalTriggerBasedPointCategory 150.000', '1414 ExternalTriggerBasedPointCategory 40.000'],
    ],
  ])('is of one category with pointCategoryType=%s', async (pointCategoryType, rows) => {
    expect(rowsOf(await ledger(ASHA, { pointCategoryType }))).toEqual(rows);
  });

  it.each([
    ['CREDIT', 7, '973 Main 9680.000'],
    ['DEBIT', 4, '973 Main -1180.000'],
    ['OPENING_BALANCE', 6, '973 Main 0.000'],
  ])('is over one kind of entry with ledgerEntryType=%s', async (ledgerEntryType, entries, row) => {
    const reply = await ledger(ASHA, { ledgerEntryType });
    expect(totalEntriesOf(reply)).toBe(entries);
    expect(rowsOf(reply)).toContain(row);
  });

  it('is over the entries of one till with tillId', async () => {
    const reply = await ledger(ASHA, { tillId: '5101' });
    expect(totalEntriesOf(reply)).toBe(3);
    expect(rowsOf(reply)).toEqual(['1414 Main 1203.500', '1414 DelayedAccrualPointCategory 75.250']);
  });

  it('adds what another program paid at that till with includeTillConceptEvents', async () => {
    const reply = await ledger(ASHA, { tillId: '5101', includeTillConceptEvents: 'true' });
    expect(totalEntriesOf(reply)).toBe(4);
    expect(rowsOf(reply)).toContain('973 Main -1000.000');
  });

  it('shows alternate currencies when all are asked for, or some by name, and else none', async () => {
    expect(rowsOf(await ledger(BRUNO))).toEqual(['973 Main 30250.000', '973 DelayedAccrualPointCategory 0.000']);
    expect(rowsOf(await ledger(BRUNO, { includeAlternateCurrencies: 'true' }))).toEqual([
      '973 Main 30250.000',
      '973 DelayedAccrualPointCategory 0.000',
      '973 Stars_PointCategory 150.000',
      '1414 Apples_PointCategory 12.500',
    ]);
    const named = await ledger(BRUNO, { includeAlternateCurrencies: 'false', alternateCurrencyNames: 'Apples,Litres' });
    expect(rowsOf(named)).toContain('1414 Apples_PointCategory 12.500');
    expect(rowsOf(named)).not.toContain('973 Stars_PointCategory 150.000');
    expect(named.json).toMatchObject({
      ledgerDetails: {
        ledgerClosingBalance: expect.arrayContaining([
          expect.objectContaining({ alternateCurrency: 'Apples', alternateCurrencyCategory: 'REGULAR' }),
        ]),
      },
    });
  });

  it.each([
    ['by mobile', { identifierName: 'mobile', identifierValue: '919999000001' }, ASHA],
    ['by email, with a plus sign', { identifierName: 'email', identifierValue: 'chandra+points@example.com' }, BIG],
    ['by card', { identifierName: 'cardnumber', identifierValue: 'EXCARD0002' }, BRUNO],
    ['by a list', { identifierName: 'mobile,externalId', identifierValue: '919999000013,EX-0014' }, '565039581'],
    ['by id, whatever the source', { identifierName: 'id', identifierValue: ASHA, source: 'LINE' }, ASHA],
    ['in any source', { identifierName: 'mobile', identifierValue: '919999000001', source: 'ALL' }, ASHA],
  ])('finds its customer %s', async (_what, query: Record<string, string>, id) => {
    expect((await ledger('', query)).text).toContain(`"userId":${id},`);
  });

  it.each([
    ['no source', { source: '' }, 11013],
    ['no identifier name', { identifierName: '' }, 11013],
    ['no identifier value', { identifierValue: '' }, 11013],
    ['lists of different length', { identifierName: 'id,mobile' }, 11013],
    ['an unknown source', { source: 'SHOP' }, 8003],
    ['an identifier name that it does not take', { identifierName: 'wechat' }, 8013],
    ['a source with accounts and none named', { source: 'WECHAT' }, 8127],
    ['an id that is no number', { identifierValue: 'abc' }, 11012],
    ['an unknown id', { identifierValue: '1' }, 8015],
    ['an unknown mobile number', { identifierName: 'mobile', identifierValue: '1' }, 8015],
    ['a customer of another source', { identifierName: 'mobile', identifierValue: '919999000001', source: 'JD' }, 8065],
    ['a limit over 10', { limit: '11' }, 11006],
    ['an unknown entry type', { ledgerEntryType: 'credit' }, 11007],
    ['an unknown category', { pointCategoryType: 'MAIN' }, 11008],
    ['an end date with a zone', { endDate: '2025-01-01T00:00:00Z' }, 11011],
    ['an end date without a time', { endDate: '2025-01-01' }, 11011],
    ['an end date that is no day', { endDate: '2025-02-30T00:00:00' }, 11011],
    ['a till that is no number', { tillId: 'abc' }, 11025],
    ['an unknown till', { tillId: '123' }, 11004],
    ['an unknown currency', { alternateCurrencyNames: 'Stars,Moons' }, 9005],
    ['a page past the end', { offset: '2' }, 11003],
    ['a time before the first entry', { endDate: '2020-01-01T00:00:00' }, 11003],
    ['filters that nothing passes', { tillId: '5301' }, 11003],
    ['a ledger without entries', { identifierValue: '565039550' }, 11003],
  ])('answers %s with its code', async (_case, query: Record<string, string>, code) => {
    const { status, json } = await ledger(ASHA, query);
    expect({ status, json }).toEqual({ status: 200, json: refusalWith(code) });
  });

  it.each([
    ['a limit of none', { limit: '0' }],
    ['a limit that is no number', { limit: 'ten' }],
    ['a page before the first', { offset: '-1' }],
    ['a flag that is neither', { includeAlternateCurrencies: '1' }],
  ])('answers %s with 400', async (_case, query: Record<string, string>) => {
    const { status, json } = await ledger(ASHA, query);
    expect({ status, json }).toEqual({ status: 400, json: refusalWith(400) });
  });
});

describe('a resource', () => {
  it('that is not there is 404, in the envelope', async () => {
    for (const path of ['/v2/customers', '/v2/customers/1/tierDetails', '/', '//', `${LEDGER}/`]) {
      const { status, json } = await sandbox.read(path);
      expect({ path, status, json }).toEqual({ path, status: 404, json: refusalWith(404) });
    }
  });

  it('asked in another way is 405, in the envelope', async () => {
    const { json: body } = await sandbox.token();
    const { accessToken } = (body as { data: { accessToken: string } }).data;
    const headers = { 'X-CAP-API-OAUTH-TOKEN': accessToken };
    const response = await fetch(`${sandbox.url}${LEDGER}`, { method: 'POST', headers, body: '{}' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET');
    expect(await response.json()).toEqual(refusalWith(405));
  });
});
