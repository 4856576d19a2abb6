import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { answerEverything, BALANCE_PATHS, FOUND_ID } from '../support/faultAnswers.ts';
import {
  balanceBody,
  json,
  LEDGER_PATH,
  ledgerBody,
  row,
  startFakePlatform,
  type SeenRequest,
} from '../support/fakePlatform.ts';
import { OAUTH, startGateway, TILL, type GraphQLAnswer, type TestGateway } from '../support/gateway.ts';

const SOURCES = [
  'INSTORE',
  'MARTJACK',
  'WECHAT',
  'FACEBOOK',
  'WEB_ENGAGE',
  'TMALL',
  'TAOBAO',
  'JD',
  'ECOMMERCE',
  'WEBSITE',
  'LINE',
  'ALL',
];
const LEDGER_DEFAULTS = { limit: '10', offset: '0', includeAlternateCurrencies: 'false' };
const BY_ID = { identifierName: 'id', identifierValue: '42', source: 'INSTORE', ...LEDGER_DEFAULTS };
const BY_LOOKUP = `query ($lookup: CustomerLookupInput!) { customerByIdentifier(lookup: $lookup) {
  pointsBalance { entityId } ledgerBalance { totalEntries }
} }`;

interface Exchange extends GraphQLAnswer {
  /** What the platform saw for this operation, in the order of their paths. */
  readonly sent: readonly SeenRequest[];
}

async function exchange(gateway: TestGateway, query: string, variables?: object): Promise<Exchange> {
  const { requests } = gateway.platform;
  const before = requests.length;
  const answer = await gateway.query(query, variables);
  const sent = requests.slice(before).toSorted((a, b) => a.path.localeCompare(b.path));
  return { ...answer, sent };
}

// `printf %s 'test-password-of-till' | md5sum`
const BASIC = `Basic ${Buffer.from('test.till:eb3d42cab507c14cd87a83c68797bd6e').toString('base64')}`;

describe.each([
  ['an OAuth client', {}, { 'x-cap-api-oauth-token': 'token-1' }],
  ['till credentials', TILL, { authorization: BASIC }],
])('the wire, signed in with %s', (_who, env, signature) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ env });
    answerEverything(gateway.platform);
  });
  afterAll(() => gateway.close());

  describe('a points balance by id', () => {
    it.each([
      ['', {}],
      ['(programId: "1568")', { programId: '1568' }],
      ['(programId: 1568)', { programId: '1568' }],
      ['(allPrograms: true)', { fetchDataForAllPrograms: 'true' }],
      ['(allPrograms: true, programId: 1568)', { fetchDataForAllPrograms: 'true' }],
      ['(allPrograms: false)', {}],
      ['(allPrograms: false, programId: 1568)', { programId: '1568' }],
      ['(entityType: FLEET)', { entityType: 'FLEET' }],
      ['(entityType: CUSTOMER)', {}],
      ['(entityType: FLEET, programId: 7)', { entityType: 'FLEET', programId: '7' }],
      ['(entityType: FLEET, allPrograms: true)', { entityType: 'FLEET', fetchDataForAllPrograms: 'true' }],
      ['(maxAge: 0)', {}],
    ])('pointsBalance%s is asked for with exactly %j', async (args, params) => {
      const { errors, sent } = await exchange(gateway, `{ customer(id: "42") { pointsBalance${args} { entityId } } }`);

      expect(errors).toBeUndefined();
      expect(sent).toMatchObject([{ method: 'GET', path: '/v2/customers/42/points/balance', body: '' }]);
      expect(sent[0]?.params).toEqual(params);
    });
  });

  describe('a ledger balance by id', () => {
    it.each([
      ['', {}],
      ['(first: 50)', {}],
      ['(filter: {})', {}],
      ['(filter: { endDate: "2026-01-31T23:59:59" })', { endDate: '2026-01-31T23:59:59' }],
      ['(filter: { tillId: "75" })', { tillId: '75' }],
      ['(filter: { includeTillConceptEvents: true })', { includeTillConceptEvents: 'true' }],
      ['(filter: { includeTillConceptEvents: false })', {}],
      ['(filter: { ledgerEntryType: CREDIT })', { ledgerEntryType: 'CREDIT' }],
      ['(filter: { ledgerEntryType: DEBIT })', { ledgerEntryType: 'DEBIT' }],
      ['(filter: { ledgerEntryType: OPENING_BALANCE })', { ledgerEntryType: 'OPENING_BALANCE' }],
      ['(filter: { pointCategoryType: REGULAR })', { pointCategoryType: 'REGULAR' }],
      ['(filter: { pointCategoryType: PROMISED })', { pointCategoryType: 'PROMISED' }],
      ['(filter: { pointCategoryType: TRIGGER_BASED })', { pointCategoryType: 'TRIGGER_BASED' }],
      ['(filter: { includeAlternateCurrencies: true })', { includeAlternateCurrencies: 'true' }],
      ['(filter: { includeAlternateCurrencies: false })', { includeAlternateCurrencies: 'false' }],
      ['(filter: { alternateCurrencyNames: ["AC-hawai"] })', { alternateCurrencyNames: 'AC-hawai' }],
      ['(filter: { alternateCurrencyNames: ["Stars", "Miles"] })', { alternateCurrencyNames: 'Miles,Stars' }],
      [
        '(filter: { endDate: "2026-01-31T00:00:00", tillId: 75, includeTillConceptEvents: true, ledgerEntryType: DEBIT, pointCategoryType: REGULAR, alternateCurrencyNames: ["Stars"], includeAlternateCurrencies: false })',
        {
          endDate: '2026-01-31T00:00:00',
          tillId: '75',
          includeTillConceptEvents: 'true',
          ledgerEntryType: 'DEBIT',
          pointCategoryType: 'REGULAR',
          alternateCurrencyNames: 'Stars',
        },
      ],
    ])('ledgerBalance%s is asked for with the id, the page and exactly %j', async (args, params) => {
      const { errors, sent } = await exchange(
        gateway,
        `{ customer(id: "42") { ledgerBalance${args} { totalEntries } } }`,
      );

      expect(errors).toBeUndefined();
      expect(sent).toMatchObject([{ method: 'GET', path: LEDGER_PATH, body: '' }]);
      expect(sent[0]?.params).toEqual({ ...BY_ID, ...params });
    });

    it('is walked page by page: offset counts pages, and limit stays', async () => {
      gateway.platform.answer(LEDGER_PATH, (request, response) => {
        const page = Number(request.params['offset']);
        json(ledgerBody({ userId: '43', rows: [row(page)], page, pageCount: 3 }))(request, response);
      });
      const { data, sent } = await exchange(gateway, '{ customer(id: 43) { ledgerBalance { nodes { programId } } } }');
      answerEverything(gateway.platform);

      expect(data).toMatchObject({ customer: { ledgerBalance: { nodes: [{}, {}, {}] } } });
      // Behind the first page the others are asked for side by side.
      expect(sent.map(({ params }) => `limit ${params['limit']} offset ${params['offset']}`).toSorted()).toEqual([
        'limit 10 offset 0',
        'limit 10 offset 1',
        'limit 10 offset 2',
      ]);
    });
  });

  describe('a lookup', () => {
    it.each(SOURCES)('names source %s as the page of each balance spells it', async (source) => {
      const lookup = { identifiers: [{ name: 'EXTERNAL_ID', value: 'EX-1' }], source };
      const { errors, sent } = await exchange(gateway, BY_LOOKUP, { lookup });

      const who = { identifierName: 'externalId', identifierValue: 'EX-1' };
      const ledgerSource = source === 'WEB_ENGAGE' ? 'WEB_ENGAG' : source;
      expect(errors).toBeUndefined();
      expect(sent.map(({ path, params }) => [path, params])).toEqual([
        ['/v2/customers/lookup/points/balance', { ...who, source }],
        [LEDGER_PATH, { ...who, source: ledgerSource, ...LEDGER_DEFAULTS }],
      ]);
    });

    it.each([
      ['MOBILE', '919999000001', 'mobile', '919999000001'],
      ['MOBILE', '+91 99990-00001', 'mobile', '919999000001'],
      ['EMAIL', 'tom@example.com', 'email', 'tom@example.com'],
      ['EXTERNAL_ID', 'tomanatest2', 'externalId', 'tomanatest2'],
      ['CARD_NUMBER', '5000 1', 'cardnumber', '5000 1'],
      ['CARD_EXTERNAL_ID', 'C-1', 'cardExternalId', 'C-1'],
    ])('by %s %s goes as %s %s', async (name, value, identifierName, identifierValue) => {
      const { sent } = await exchange(gateway, BY_LOOKUP, { lookup: { identifiers: [{ name, value }] } });

      const params = { identifierName, identifierValue, source: 'INSTORE' };
      expect(sent.map((request) => request.params)).toEqual([params, { ...params, ...LEDGER_DEFAULTS }]);
    });

    it('names the account of its source', async () => {
      const lookup = { identifiers: [{ name: 'EMAIL', value: 'a@b.c' }], source: 'WECHAT', accountId: 'wx 1' };
      const { sent } = await exchange(gateway, BY_LOOKUP, { lookup });

      const params = { identifierName: 'email', identifierValue: 'a@b.c', source: 'WECHAT', accountId: 'wx 1' };
      expect(sent.map((request) => request.params)).toEqual([params, { ...params, ...LEDGER_DEFAULTS }]);
    });

    it('by several identifiers sends two comma lists in the same order', async () => {
      const identifiers = [
        { name: 'CARD_NUMBER', value: '5000' },
        { name: 'EMAIL', value: 'a@b.c' },
        { name: 'MOBILE', value: '919999000001' },
        { name: 'CARD_EXTERNAL_ID', value: 'C-1' },
        { name: 'EXTERNAL_ID', value: 'EX-1' },
      ];
      const { sent } = await exchange(gateway, BY_LOOKUP, { lookup: { identifiers } });

      expect(sent).toHaveLength(2);
      for (const { params } of sent) {
        const names = (params['identifierName'] ?? '').split(',');
        const values = (params['identifierValue'] ?? '').split(',');
        expect(Object.fromEntries(names.map((name, index) => [name, values[index]]))).toEqual({
          mobile: '919999000001',
          email: 'a@b.c',
          externalId: 'EX-1',
          cardnumber: '5000',
          cardExternalId: 'C-1',
        });
      }
    });

    it('for a balance of one program carries the program beside the identifier', async () => {
      const query = `{ customerByIdentifier(lookup: { identifiers: [{ name: EMAIL, value: "a@b.c" }] }) {
        pointsBalance(programId: 7, entityType: FLEET) { entityType }
        all: pointsBalance(allPrograms: true) { entityType }
      } }`;
      const { errors, sent } = await exchange(gateway, query);

      const who = { identifierName: 'email', identifierValue: 'a@b.c', source: 'INSTORE' };
      expect(errors).toBeUndefined();
      expect(sent.map(({ params }) => params)).toEqual([
        { ...who, programId: '7', entityType: 'FLEET' },
        { ...who, fetchDataForAllPrograms: 'true' },
      ]);
    });

    it('for the id alone asks the lookup page, once', async () => {
      gateway.platform.answer('/v2/customers/lookup', json(`{ "entity": ${FOUND_ID}, "warnings": [] }`));
      const query =
        '{ customerByIdentifier(lookup: { identifiers: [{ name: MOBILE, value: "919999000001" }], source: ALL }) { id } }';
      const { data, sent } = await exchange(gateway, query);

      expect(data).toEqual({ customerByIdentifier: { id: FOUND_ID } });
      expect(sent.map(({ path, params }) => [path, params])).toEqual([
        ['/v2/customers/lookup', { source: 'ALL', identifierName: 'mobile', identifierValue: '919999000001' }],
      ]);
    });
  });

  it.each(['a+b', 'a b', 'a&b=c', 'a;b', 'x@y', '100%', '%2B', 'a/b?c#d', '../..', 'Jörg Ümlaut', '日本', '🎁', '"q"'])(
    'carries %s unchanged as identifier, account and currency name',
    async (value) => {
      const query = `query ($lookup: CustomerLookupInput!, $names: [String!]) { customerByIdentifier(lookup: $lookup) {
        pointsBalance { entityId } ledgerBalance(filter: { alternateCurrencyNames: $names }) { totalEntries }
      } }`;
      const lookup = { identifiers: [{ name: 'EXTERNAL_ID', value }], source: 'WECHAT', accountId: value };
      const { errors, sent } = await exchange(gateway, query, { lookup, names: [value] });

      const params = { identifierName: 'externalId', identifierValue: value, source: 'WECHAT', accountId: value };
      expect(errors).toBeUndefined();
      expect(sent.map((request) => request.params)).toEqual([
        params,
        { ...params, ...LEDGER_DEFAULTS, alternateCurrencyNames: value },
      ]);
    },
  );

  it('signs each read with exactly its credentials, and hands on nothing that the caller sent', async () => {
    const before = gateway.platform.requests.length;
    await gateway.query(
      '{ customer(id: 42) { pointsBalance { entityId } ledgerBalance { totalEntries } } }',
      undefined,
      {
        authorization: 'Bearer of-the-caller',
        cookie: 'session=of-the-caller',
        'x-cap-api-oauth-token': 'of-the-caller',
        'x-cap-api-attribution-entity-code': 'of-the-caller',
        'x-cap-request-id': 'of-the-caller',
        'x-forwarded-for': '192.0.2.1',
        'accept-language': 'id_ID',
      },
    );

    const sent = gateway.platform.requests.slice(before);
    expect(sent).toHaveLength(2);
    for (const { headers } of sent) {
      expect(headers).toEqual({
        ...signature,
        accept: 'application/json',
        'accept-encoding': 'identity',
        connection: 'keep-alive',
        host: new URL(gateway.platform.url).host,
        'user-agent': 'loyalty-graph',
      });
    }
  });

  it("shows a merged customer's survivor, and says so", async () => {
    const warnings = [{ status: false, code: 8069, message: 'merged' }];
    const body = balanceBody('77').replace('"warnings": []', `"warnings": ${JSON.stringify(warnings)}`);
    gateway.platform.answer('/v2/customers/76/points/balance', json(body));
    gateway.platform.answer(LEDGER_PATH, json(ledgerBody({ userId: '77', rows: [row(1)], warnings })));
    const query = `{ customer(id: 76) {
      pointsBalance { entityId warnings { code } } ledgerBalance { totalEntries warnings { code } }
    } }`;
    const { data, errors } = await exchange(gateway, query);
    answerEverything(gateway.platform);

    expect(errors).toBeUndefined();
    expect(data).toEqual({
      customer: {
        pointsBalance: { entityId: '77', warnings: [{ code: 8069 }] },
        ledgerBalance: { totalEntries: 1, warnings: [{ code: 8069 }] },
      },
    });
  });
});

describe('signing in', () => {
  let gateway: TestGateway | undefined;
  afterEach(() => gateway?.close());

  async function readOnce(env: Readonly<Record<string, string>>): Promise<TestGateway> {
    const started = await startGateway({ env });
    gateway = started;
    answerEverything(started.platform);
    await started.query('{ customer(id: 42) { pointsBalance { entityId } } }');
    return started;
  }

  it('as an OAuth client posts key and secret as JSON, without any credentials in the headers or the URL', async () => {
    const { platform } = await readOnce({});

    expect(platform.tokenRequests).toMatchObject([{ method: 'POST', params: {} }]);
    const [{ body, headers } = { body: '', headers: {} }] = platform.tokenRequests;
    expect(JSON.parse(body)).toEqual({ key: OAUTH.CAPILLARY_CLIENT_KEY, secret: OAUTH.CAPILLARY_CLIENT_SECRET });
    expect(headers['content-type']).toBe('application/json');
    expect(Object.keys(headers).filter((name) => /auth|token|cookie/.test(name))).toEqual([]);
  });

  it('as a till asks for no token', async () => {
    const { platform } = await readOnce(TILL);

    expect(platform.tokenRequests).toEqual([]);
  });

  it("as a till takes the md5 of the password's UTF-8 bytes", async () => {
    const { platform } = await readOnce({
      CAPILLARY_TILL_USERNAME: 'käthe.till',
      CAPILLARY_TILL_PASSWORD: 'pässwört:1', // `printf %s 'pässwört:1' | md5sum`
    });

    const [scheme, credentials = ''] = (platform.requests[0]?.headers.authorization ?? '').split(' ');
    expect(scheme).toBe('Basic');
    expect(Buffer.from(credentials, 'base64').toString('utf8')).toBe('käthe.till:1b9e9f7bd7d41f3ff3cbaedb848654e0');
  });
});

it.each(['1', '100'])("sends the configured page size %s as the ledger's limit", async (pageSize) => {
  const gateway = await startGateway({ env: { CAPILLARY_LEDGER_PAGE_SIZE: pageSize } });
  answerEverything(gateway.platform);
  await gateway.query('{ customer(id: 42) { ledgerBalance { totalEntries } } }');
  await gateway.close();

  expect(gateway.platform.requests.map(({ params }) => params)).toEqual([{ ...BY_ID, limit: pageSize }]);
});

it('asks below a base URL that has a path', async () => {
  const platform = await startFakePlatform();
  const gateway = await startGateway({ env: { ...TILL, CAPILLARY_BASE_URL: `${platform.url}/capillary/eu` } });
  await gateway.query('{ customer(id: 42) { pointsBalance { entityId } } }');
  await gateway.close();
  await platform.close();

  expect(platform.requests.map(({ path }) => path)).toEqual(['/capillary/eu/v2/customers/42/points/balance']);
});

describe('answers that come by turns, a piece of each', () => {
  it('are each given to who asked for it', async () => {
    const gateway = await startGateway();
    const ids = Array.from({ length: 20 }, (_, index) => String(1000 + index));
    const waiting: (() => void)[] = [];
    // None goes on before all have come as far.
    const turn = () =>
      new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === ids.length) for (const goOn of waiting.splice(0)) goOn();
      });
    gateway.platform.answer(BALANCE_PATHS, (request, response) => {
      const id = request.path.split('/')[3] ?? '';
      const body = balanceBody(id, { mainPoints: `${id}.500` });
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
      void (async () => {
        for (let sent = 0; sent < body.length; sent += 40) {
          await turn();
          response.write(body.slice(sent, sent + 40));
        }
        response.end();
      })();
    });

    const asked = ids.map((id) => gateway.query(`{ customer(id: ${id}) { id pointsBalance { mainPoints } } }`));
    const answers = await Promise.all(asked);
    await gateway.close();

    expect(answers.map(({ data }) => data)).toEqual(
      ids.map((id) => ({ customer: { id, pointsBalance: { mainPoints: `${id}.500` } } })),
    );
  });
});
