import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ErrorCode } from '../../src/domain/errors.ts';
import {
  answerEverything,
  htmlPage,
  ledgerOfRequest,
  PLATFORM_TEXT,
  raw,
  REQUEST_ID,
  signInFailure,
  unauthorizedXml,
} from '../support/faultAnswers.ts';
import { balanceBody, json, LEDGER_PATH, ledgerBody, row, type Answer } from '../support/fakePlatform.ts';
import { fakeClock, START_MS, type FakeClock } from '../support/fakeClock.ts';
import { OAUTH, startGateway, type GraphQLAnswer, type TestGateway } from '../support/gateway.ts';

/** The customer whose read fails, the one beside, and one whom nobody asked for. */
const ASKED = '565039505';
const OTHER = '502522264';
const STRANGER = '987654321';

const FIELDS = `
  pointsBalance { mainPoints warnings { code message } }
  ledgerBalance { totalEntries nodes { closingBalance } warnings { code message } }`;
const QUERY = `query ($asked: ID!, $other: ID!) {
  asked: customer(id: $asked) { ${FIELDS} }
  other: customer(id: $other) { ${FIELDS} }
}`;
type Read = 'pointsBalance' | 'ledgerBalance';
const READS: readonly Read[] = ['pointsBalance', 'ledgerBalance'];

const WHOLE = {
  pointsBalance: { mainPoints: '8500.000', warnings: [] },
  ledgerBalance: { totalEntries: 1, nodes: [{ closingBalance: '1.000' }], warnings: [] },
};
const RETRYABLE: ReadonlySet<ErrorCode> = new Set([
  'PLATFORM_QUOTA_SPENT',
  'PLATFORM_TIMEOUT',
  'PLATFORM_UNAVAILABLE',
] satisfies ErrorCode[]);

let gateway: TestGateway;
let clock: FakeClock;
beforeEach(async () => {
  clock = fakeClock();
  gateway = await startGateway({ clock });
  answerEverything(gateway.platform);
});
afterEach(() => gateway.close());

/** Has one read of {@link ASKED} answered so; everything else is whole. */
function ask(read: Read, answer: Answer): Promise<GraphQLAnswer> {
  if (read === 'pointsBalance') gateway.platform.answer(`/v2/customers/${ASKED}/points/balance`, answer);
  else {
    gateway.platform.answer(LEDGER_PATH, (request, response) => {
      (request.params['identifierValue'] === ASKED ? answer : ledgerOfRequest)(request, response);
    });
  }
  return gateway.query(QUERY, { asked: ASKED, other: OTHER });
}

/** Fails unless just this read failed so, its siblings are whole, and nothing got out. */
function expectFailure(answer: GraphQLAnswer, read: Read, code: ErrorCode, facts: object = {}): void {
  expect(answer.data).toEqual({ asked: { ...WHOLE, [read]: null }, other: WHOLE });
  expect(answer.errors).toMatchObject([{ path: ['asked', read] }]);
  expect(answer.errors?.[0]?.extensions).toEqual({ code, retryable: RETRYABLE.has(code), ...facts });
  expectNothingOut(answer);
}

function expectNothingOut({ text }: GraphQLAnswer): void {
  const { host } = new URL(gateway.platform.url);
  const credentials = [...Object.values(OAUTH), 'token-1', 'token-2'];
  const secrets = [PLATFORM_TEXT, host, '/v2/', ASKED, OTHER, STRANGER, ...credentials];
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  expect(gateway.log.length).toBeGreaterThan(0);
  expect(secrets.filter((secret) => gateway.log.join('\n').includes(secret))).toEqual([]);
}

const requestId = { 'x-cap-request-id': REQUEST_ID };

/** A spent quota always says when to come back; where the platform does not, the gateway's own back-off does. */
const OWN_BACK_OFF = { retryAfterMs: 1000 };

/** The v2 envelope around these codes. */
function envelope(codes: readonly number[], status = 200, data: object = {}): Answer {
  const errors = codes.map((code) => ({ status: false, code, message: PLATFORM_TEXT }));
  return json({ ...data, warnings: [], errors }, status, requestId);
}

function codesTable(read: Read, code: ErrorCode, platformCodes: readonly number[]) {
  return platformCodes.map((platformCode) => [platformCode, read, code] as const);
}

describe("the platform's own codes", () => {
  const table = [
    ...READS.flatMap((read) => [
      ...codesTable(read, 'CUSTOMER_NOT_FOUND', [8015, 8065, 8089, 1218, 8069, 91009]),
      ...codesTable(read, 'INVALID_ENTITY_TYPE', [1212]),
      ...codesTable(read, 'INVALID_GROUP', [1632, 1620]),
      ...codesTable(read, 'INVALID_PROGRAM', [885, 1213]),
      ...codesTable(read, 'PLATFORM_UNAVAILABLE', [461, 500, 503, 521, 4001]),
      ...codesTable(read, 'PLATFORM_QUOTA_SPENT', [429, 517]),
      ...codesTable(read, 'PLATFORM_DENIED', [401, 403, 498, 4000]),
      ...codesTable(read, 'PLATFORM_BAD_RESPONSE', [9021, 999_999]),
    ]),
    ...codesTable('ledgerBalance', 'INVALID_PROGRAM', [11005]),
    ...codesTable('ledgerBalance', 'PLATFORM_UNAVAILABLE', [9003, 11002]),
    ...codesTable('ledgerBalance', 'INVALID_FILTER', [9005, 9018]),
    ...codesTable('ledgerBalance', 'INVALID_FILTER', [11001, 11004, 11006, 11007, 11008, 11009, 11010, 11011, 11012]),
    // Those of its sister endpoints, in the same family.
    ...codesTable('ledgerBalance', 'INVALID_FILTER', [11014, 11018, 11024, 11025, 11026, 11027, 11028, 11029]),
  ];

  it.each(table)('%i at %s is %s', async (platformCode, read, code) => {
    const answer = await ask(read, envelope([platformCode]));

    const wait = code === 'PLATFORM_QUOTA_SPENT' ? OWN_BACK_OFF : {};
    expectFailure(answer, read, code, { platformCode, requestId: REQUEST_ID, ...wait });
  });

  it.each(READS)('are taken from the body of a 400 or 404 too, at %s', async (read) => {
    expectFailure(await ask(read, envelope([8015], 404)), read, 'CUSTOMER_NOT_FOUND', {
      platformCode: 8015,
      requestId: REQUEST_ID,
    });
    expectFailure(await ask(read, envelope([1632], 400)), read, 'INVALID_GROUP', {
      platformCode: 1632,
      requestId: REQUEST_ID,
    });
  });

  it.each(READS)('may be text: %s', async (read) => {
    const answer = await ask(read, json({ errors: [{ code: '8015', message: PLATFORM_TEXT }] }));

    expectFailure(answer, read, 'CUSTOMER_NOT_FOUND', { platformCode: 8015 });
  });

  it.each(READS)('count where one is known among others: %s', async (read) => {
    const answer = await ask(read, envelope([777_777, 8015]));

    expectFailure(answer, read, 'CUSTOMER_NOT_FOUND', { platformCode: 8015, requestId: REQUEST_ID });
  });

  it('11003 is an empty page, not an error', async () => {
    const answer = await ask('ledgerBalance', envelope([11003]));

    expect(answer.errors).toBeUndefined();
    const empty = { totalEntries: 0, nodes: [], warnings: [] };
    expect(answer.data).toEqual({ asked: { ...WHOLE, ledgerBalance: empty }, other: WHOLE });
  });

  it('11003 with a 400 is an empty page all the same', async () => {
    const { data, errors } = await ask('ledgerBalance', envelope([11003], 400));

    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ asked: { ledgerBalance: { totalEntries: 0, nodes: [] } } });
  });

  it('11003 is nothing known at a points balance', async () => {
    const answer = await ask('pointsBalance', envelope([11003]));

    expectFailure(answer, 'pointsBalance', 'PLATFORM_BAD_RESPONSE', { platformCode: 11003, requestId: REQUEST_ID });
  });

  it.each([8001, 8002, 8003, 8011, 8012, 8013, 8045, 8091, 8092, 8093, 8127])(
    '%i at a lookup is INVALID_LOOKUP, at both balances',
    async (platformCode) => {
      gateway.platform.answer('/v2/customers/lookup/points/balance', envelope([platformCode]));
      gateway.platform.answer(LEDGER_PATH, envelope([platformCode]));

      const { data, errors } = await gateway.query(
        `{ customerByIdentifier(lookup: { identifiers: [{ name: EMAIL, value: "a@b.c" }] }) { ${FIELDS} } }`,
      );

      expect(data).toEqual({ customerByIdentifier: { pointsBalance: null, ledgerBalance: null } });
      const extensions = { code: 'INVALID_LOOKUP', retryable: false, platformCode, requestId: REQUEST_ID };
      expect(errors?.map((error) => error.extensions)).toEqual([extensions, extensions]);
    },
  );

  it('11013 at a lookup is INVALID_FILTER, for there is no other way to ask', async () => {
    gateway.platform.answer(LEDGER_PATH, envelope([11013]));

    const { errors } = await gateway.query(
      '{ customerByIdentifier(lookup: { identifiers: [{ name: EMAIL, value: "a@b.c" }] }) { ledgerBalance { totalEntries } } }',
    );

    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_FILTER', platformCode: 11013 } }]);
  });
});

describe.each(READS)('an answer to %s that fails for its status', (read) => {
  it.each<[string, ErrorCode, Answer, object?]>([
    ['401 in XML', 'PLATFORM_DENIED', unauthorizedXml],
    ['498 in HTML', 'PLATFORM_DENIED', htmlPage(498)],
    ['498 in the v1.1 envelope', 'PLATFORM_DENIED', signInFailure('498', 498)],
    ['401 in the v1.1 envelope, with 200', 'PLATFORM_DENIED', signInFailure('401'), { platformCode: 401 }],
    ['498 in the v1.1 envelope, with 200', 'PLATFORM_DENIED', signInFailure('498'), { platformCode: 498 }],
    ['403 in the v1.1 envelope, with 200', 'PLATFORM_DENIED', signInFailure(403), { platformCode: 403 }],
    ['403 in HTML', 'PLATFORM_DENIED', htmlPage(403)],
    [
      '403 with errorCode 4000 as text',
      'PLATFORM_DENIED',
      raw(`errorCode=4000, ${PLATFORM_TEXT}`, { 'content-type': 'text/plain' }, 403),
    ],
    ['403 with errorCode 4000', 'PLATFORM_DENIED', json({ errorCode: 4000, errorMessage: PLATFORM_TEXT }, 403)],
    [
      '503 with errorCode 4001 as text',
      'PLATFORM_UNAVAILABLE',
      raw(`errorCode=4001, ${PLATFORM_TEXT}`, { 'content-type': 'text/plain' }, 503),
    ],
    ...[461, 500, 502, 503, 504, 520, 521, 530].map((status): [string, ErrorCode, Answer] => [
      `${status} in HTML`,
      'PLATFORM_UNAVAILABLE',
      htmlPage(status),
    ]),
    ['500 in JSON', 'PLATFORM_UNAVAILABLE', json({ message: PLATFORM_TEXT }, 500)],
    ['503 with Retry-After', 'PLATFORM_UNAVAILABLE', htmlPage(503, { 'retry-after': '30' }), { retryAfterMs: 30_000 }],
    ['400 with the empty object of the documents', 'PLATFORM_BAD_RESPONSE', json({}, 400)],
    [
      '400 with an unknown code',
      'PLATFORM_BAD_RESPONSE',
      envelope([999_999], 400),
      { platformCode: 999_999, requestId: REQUEST_ID },
    ],
    ['404 in HTML, which says nothing of a customer', 'PLATFORM_BAD_RESPONSE', htmlPage(404)],
    ['405', 'PLATFORM_BAD_RESPONSE', htmlPage(405)],
    ['415', 'PLATFORM_BAD_RESPONSE', htmlPage(415)],
  ])('is %s: %s', async (_what, code, answer, facts = {}) => {
    expectFailure(await ask(read, answer), read, code, facts);
  });

  it.each<[string, object, string | undefined]>([
    ['60', { retryAfterMs: 60_000 }, '60'],
    ['1', { retryAfterMs: 1000 }, '1'],
    ['an HTTP date', { retryAfterMs: 90_000 }, new Date(START_MS + 90_000).toUTCString()],
    ['a date that is over', OWN_BACK_OFF, new Date(START_MS - 90_000).toUTCString()],
    ['-5', OWN_BACK_OFF, '-5'],
    ['soon', OWN_BACK_OFF, 'soon'],
    ['1e3', OWN_BACK_OFF, '1e3'],
    ['1.5', OWN_BACK_OFF, '1.5'],
    ['0x10', OWN_BACK_OFF, '0x10'],
    ['NaN', OWN_BACK_OFF, 'NaN'],
    ['a date that is none', OWN_BACK_OFF, 'Fri, 99 Foo 2026'],
    ['more digits than a wait has', OWN_BACK_OFF, '9'.repeat(30)],
    ['nothing', OWN_BACK_OFF, undefined],
  ])('is PLATFORM_QUOTA_SPENT on 429, and of Retry-After %s makes %j', async (_what, facts, retryAfter) => {
    const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
    const result = await ask(read, raw(PLATFORM_TEXT, { 'content-type': 'text/plain', ...headers }, 429));

    expectFailure(result, read, 'PLATFORM_QUOTA_SPENT', facts);
  });

  it.each([
    '<script>',
    'a b',
    'x'.repeat(65),
    `${ASKED}@`,
    ASKED,
    '919876543210',
    '4111111111111111',
    '1'.repeat(32),
    'asha.rao',
    'CARD-4111-1111',
    'deadbeef',
  ])('is not given a request id of %s', async (id) => {
    const result = await ask(read, htmlPage(500, { 'x-cap-request-id': id }));

    expectFailure(result, read, 'PLATFORM_UNAVAILABLE');
  });

  it('carries the request id under its other spelling', async () => {
    const result = await ask(read, htmlPage(500, { 'X-Cap-RequestID': REQUEST_ID }));

    expectFailure(result, read, 'PLATFORM_UNAVAILABLE', { requestId: REQUEST_ID });
  });

  it.each(['4bf92f3577b34da6', '4BF92F3577B34DA6A3CE929D0E0E4736', '1b4e28ba-2fa1-4a1e-883f-0016d3cca427'])(
    'carries a request id of %s',
    async (id) => {
      const result = await ask(read, htmlPage(500, { 'x-cap-request-id': id }));

      expectFailure(result, read, 'PLATFORM_UNAVAILABLE', { requestId: id });
    },
  );
});

/** The whole body that a read would have had, to be spoiled. */
const BODIES: Readonly<Record<Read, string>> = {
  pointsBalance: balanceBody(ASKED),
  ledgerBalance: ledgerBody({ userId: ASKED, rows: [row(1)] }),
};

describe.each(READS)('a body for %s that cannot be used', (read) => {
  const good = BODIES[read];
  const latin1 = Buffer.from(good.replace('"CUSTOMER"', '"CUST\u00fcMER"'), 'latin1');

  it.each<[string, Answer]>([
    ['HTML', htmlPage(200)],
    ['XML', raw(`<balance>${PLATFORM_TEXT}</balance>`, { 'content-type': 'application/xml' })],
    ['JSON by another name', raw(good, { 'content-type': 'text/html' })],
    ['JSON-P', raw(good, { 'content-type': 'application/jsonp' })],
    ['nothing at all', raw('')],
    ['nothing with 204', (_request, response) => void response.writeHead(204).end()],
    ['a list', raw(`[${good}]`)],
    ['null', raw('null')],
    ['a number', raw('8500.000')],
    ['a text', raw(JSON.stringify(PLATFORM_TEXT))],
    ['an empty object', raw('{}')],
    ['cut off', raw(good.slice(0, -2))],
    ['followed by more', raw(`${good}${good}`)],
    ['a comment in it', raw(good.replace('{', '{ /* */'))],
    ['not UTF-8', raw(latin1)],
    ['UTF-16', raw(Buffer.from(good, 'utf16le'))],
    ['nested a hundred thousand deep', raw(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
    ['nested deep beside good data', raw(good.replace('{', `{ "x": ${'['.repeat(90_000)}${']'.repeat(90_000)},`))],
    ['what was asked for, one level down', raw(`{ "data": ${good} }`)],
    ['what was asked for, in the prototype', raw(`{ "__proto__": ${good} }`)],
    ['errors that name no code', json({ errors: [{ message: PLATFORM_TEXT }] })],
    ['errors that name no code beside good data', raw(good.replace('{', `{ "errors": [{ "message": "deleted" }],`))],
    ['errors of another kind beside good data', raw(good.replace('{', `{ "errors": "${PLATFORM_TEXT}",`))],
    ['an error object beside good data', raw(good.replace('{', '{ "errors": { "code": "x" },'))],
    ['errors that hold null beside good data', raw(good.replace('{', '{ "errors": [null],'))],
  ])('is %s', async (_what, answer) => {
    expectFailure(await ask(read, answer), read, 'PLATFORM_BAD_RESPONSE');
  });

  it('is good data beside an error we do not know', async () => {
    const answer = raw(good.replace('{', `{ "errors": [{ "code": 999999, "message": "${PLATFORM_TEXT}" }],`));

    expectFailure(await ask(read, answer), read, 'PLATFORM_BAD_RESPONSE', { platformCode: 999_999 });
  });

  it('is good data beside an error we know', async () => {
    const answer = raw(good.replace('{', `{ "errors": [{ "code": 8015, "message": "${PLATFORM_TEXT}" }],`));

    expectFailure(await ask(read, answer), read, 'CUSTOMER_NOT_FOUND', { platformCode: 8015 });
  });

  it("is another customer's", async () => {
    const answer = raw(good.replace(ASKED, STRANGER));

    expectFailure(await ask(read, answer), read, 'PLATFORM_BAD_RESPONSE');
  });

  it.each([`${ASKED}.0`, `${ASKED}0`, `0${ASKED}`, `-${ASKED}`, `"${ASKED} "`, '5.65039505e8', 'null', 'true', '[]'])(
    "has %s for the customer's id",
    async (id) => {
      expectFailure(await ask(read, raw(good.replace(ASKED, id))), read, 'PLATFORM_BAD_RESPONSE');
    },
  );
});

describe.each<[Read, readonly [name: string, spoiled: readonly string[]][]]>([
  [
    'pointsBalance',
    [
      ['entityId', ['{}']],
      ['entityType', ['null', '"ALIEN"', '1']],
      ['totalPoints', ['null', '"many"', '[]', '{}', 'true']],
      ['mainPoints', ['null', '"many"', '[1]']],
      ['promisedPoints', ['null', '""']],
      ['promisedPointsBreakup', ['null', '[]', '0.000', '{}']],
      ['delayedAccrualPoints', ['null', '"x"']],
      ['externalTriggerBasedPoints', ['null', '"x"']],
    ],
  ],
  [
    'ledgerBalance',
    [
      ['customerDetails', ['null', '[]', '{}']],
      ['userId', ['{}', '"x"']],
      ['ledgerDetails', ['null', '[]', '{}']],
      ['totalEntries', ['null', '-1', '1.5', '"x"', '99999999999']],
      ['pageCount', ['null', '-1', '1.5', '"x"', '99999999999']],
      ['ledgerClosingBalance', ['null', '{}', '"x"', '[null]', '[[]]', '[{}]']],
      ['pointsCategory', ['null', '1']],
      ['programName', ['null', '1']],
      ['programId', ['null', '-1', '"x"', '1.5']],
      ['closingBalance', ['null', '"many"', '{}', 'true']],
    ],
  ],
])('a field of %s', (read, fields) => {
  const whole = JSON.parse(BODIES[read]) as object;
  const renamed = (name: string) => raw(JSON.stringify(whole).replace(`"${name}":`, `"was_${name}":`));

  it.each(fields.map(([name]) => name))('that is missing spoils the answer: %s', async (name) => {
    expectFailure(await ask(read, renamed(name)), read, 'PLATFORM_BAD_RESPONSE');
  });

  it.each(fields.map(([name]) => name))('that is there twice, differently, spoils the answer: %s', async (name) => {
    const answer = raw(JSON.stringify(whole).replace(`"${name}":`, `"${name}":"x","${name}":`));

    expectFailure(await ask(read, answer), read, 'PLATFORM_BAD_RESPONSE');
  });

  it.each(fields.flatMap(([name, values]) => values.map((value) => [name, value] as const)))(
    'of the wrong type spoils the answer: %s is %s',
    async (name, value) => {
      // The name stays for a reader of the first one; what stood there goes by another.
      const answer = raw(JSON.stringify(whole).replace(`"${name}":`, `"${name}":${value},"was_${name}":`));

      expectFailure(await ask(read, answer), read, 'PLATFORM_BAD_RESPONSE');
    },
  );
});

describe.each(READS)('a body for %s that looks odd and is good', (read) => {
  const good = BODIES[read];

  it.each<[string, Answer]>([
    ['a byte order mark before it', raw(`\uFEFF${good}`)],
    ['charset and spaces in its type', raw(good, { 'content-type': 'application/json ; charset=utf-8' })],
    ['its type in capitals', raw(good, { 'content-type': 'Application/JSON' })],
    ['a vendor type', raw(good, { 'content-type': 'application/vnd.capillary+json' })],
    ['a vendor type with a version', raw(good, { 'content-type': 'application/vnd.capillary.v2+json' })],
    ['a problem type', raw(good, { 'content-type': 'application/problem+json' })],
    ['201', raw(good, {}, 201)],
    ['empty errors', raw(good.replace('{', '{ "errors": [],'))],
    ['null for errors', raw(good.replace('{', '{ "errors": null,'))],
    ['a good v1.1 status', raw(good.replace('{', '{ "response": { "status": { "code": 200, "success": "true" } },'))],
    ['null for warnings', raw(good.replace('"warnings": []', '"warnings": null'))],
    ['no warnings', raw(good.replace('"warnings": []', '"note": ""'))],
    ['warnings of another kind', raw(good.replace('"warnings": []', '"warnings": "none"'))],
    ['warnings without a code', raw(good.replace('"warnings": []', '"warnings": [null, "x", {}, { "code": "x" }]'))],
    ['fields nobody documented', raw(good.replace('{', '{ "x": { "y": [1, 2, { "z": null }] },'))],
    ['white space around it', raw(` \r\n\t${good}\r\n\r\n`)],
  ])('has %s', async (_what, answer) => {
    const { data, errors } = await ask(read, answer);

    expect(errors).toBeUndefined();
    expect(data).toEqual({ asked: WHOLE, other: WHOLE });
  });
});

describe.each(READS)('warnings of %s', (read) => {
  const withWarnings = (body: string, warnings: readonly object[]) =>
    raw(body.replace('"warnings": []', `"warnings": ${JSON.stringify(warnings)}`));
  const survivors = BODIES[read].replace(ASKED, STRANGER);
  const warning = (code: number) => ({ status: false, code, message: PLATFORM_TEXT });
  const warningsIn = ({ data }: GraphQLAnswer) =>
    (data as { asked: Record<Read, { warnings: { code: number; message: string }[] }> }).asked[read].warnings;

  it.each([8069, 91009])("let a merged customer's survivor through (%i), in our words", async (code) => {
    const answer = await ask(read, withWarnings(survivors, [warning(code)]));

    expect(answer.errors).toBeUndefined();
    expect(warningsIn(answer)).toEqual([
      { code, message: 'This customer was merged into another; the surviving customer is shown.' },
    ]);
    expectNothingOut(answer);
  });

  it.each([8069, 91009])('are made of a merge (%i) that comes as an error beside data', async (code) => {
    const error = `{ "errors": [{ "status": false, "code": ${code}, "message": "${PLATFORM_TEXT}" }],`;
    const answer = await ask(read, raw(survivors.replace('{', error)));

    expect(answer.errors).toBeUndefined();
    expect(warningsIn(answer)).toMatchObject([{ code }]);
    expectNothingOut(answer);
  });

  it('let nobody else through: a merge beside another error is that error', async () => {
    const errors = '{ "errors": [{ "code": 8069, "message": "" }, { "code": 8015, "message": "" }],';
    const { errors: shown } = await ask(read, raw(survivors.replace('{', errors)));

    expect(shown).toMatchObject([{ path: ['asked', read], extensions: { code: 'CUSTOMER_NOT_FOUND' } }]);
  });

  it('let nobody else through: another warning excuses no other customer', async () => {
    const answer = await ask(read, withWarnings(survivors, [warning(900)]));

    expectFailure(answer, read, 'PLATFORM_BAD_RESPONSE');
  });

  it.each([
    ['null', { entityId: null, totalPoints: null, customerDetails: null, ledgerDetails: null }],
    ['zeros', { entityId: 0, totalPoints: 0, mainPoints: 0, ledgerDetails: { totalEntries: 0, pageCount: 0 } }],
  ])('are not made of a merge whose data is %s: there is no customer', async (_what, data) => {
    const answer = await ask(read, envelope([8069], 200, data));

    expectFailure(answer, read, 'CUSTOMER_NOT_FOUND', { platformCode: 8069, requestId: REQUEST_ID });
  });

  it('are 20 at most, however many the platform gives', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => warning(100_000 + index));
    const answer = await ask(read, withWarnings(BODIES[read], many));

    expect(answer.errors).toBeUndefined();
    expect(warningsIn(answer)).toHaveLength(20);
    expectNothingOut(answer);
  });

  it('are short, however long the platform makes one', async () => {
    const long = { ...warning(900), message: PLATFORM_TEXT.repeat(30_000) };
    const answer = await ask(read, withWarnings(BODIES[read], [long]));

    expect(answer.errors).toBeUndefined();
    expect(warningsIn(answer)).toHaveLength(1);
    expect(answer.text.length).toBeLessThan(2000);
    expectNothingOut(answer);
  });

  it('name a merge wherever it stands among them', async () => {
    const many = Array.from({ length: 30 }, (_, index) => warning(100_000 + index));
    const answer = await ask(read, withWarnings(survivors, [...many, warning(8069)]));

    expect(answer.errors).toBeUndefined();
    expect(warningsIn(answer)).toHaveLength(20);
  });

  it.each([900, 521, 11002, 9004, 8062, 91001, 8107, 123_456])('keep the code %i and lose the text', async (code) => {
    const answer = await ask(read, withWarnings(BODIES[read], [warning(code)]));

    expect(answer.errors).toBeUndefined();
    expect(warningsIn(answer)).toEqual([{ code, message: expect.stringMatching(/^[A-Z].+\.$/) }]);
    expectNothingOut(answer);
  });
});

it('shows 20 warnings at most of a ledger of several pages', async () => {
  const { data } = await ask('ledgerBalance', (request, response) => {
    const page = Number(request.params['offset']);
    const warnings = Array.from({ length: 15 }, (_, index) => ({ status: false, code: 1000 * (page + 1) + index }));
    json(ledgerBody({ userId: ASKED, rows: [row(page + 1)], page, pageCount: 2, warnings }))(request, response);
  });

  const { asked } = data as { asked: { ledgerBalance: { nodes: unknown[]; warnings: unknown[] } } };
  expect(asked.ledgerBalance.nodes).toHaveLength(2);
  expect(asked.ledgerBalance.warnings).toHaveLength(20);
});

it('tells the log which call failed, how, and under which request id', async () => {
  await ask('pointsBalance', envelope([8015]));

  const [line] = gateway.log.map((each) => JSON.parse(each) as object).slice(-1);
  expect(line).toMatchObject({
    outcome: 'partial',
    failures: [{ code: 'CUSTOMER_NOT_FOUND', endpoint: 'pointsBalance', platformCode: 8015, requestId: REQUEST_ID }],
  });
});

it('empties only its own place in a list of customers', async () => {
  gateway.platform.answer(`/v2/customers/${ASKED}/points/balance`, envelope([8015]));

  const { data, errors } = await gateway.query(
    'query ($ids: [ID!]!) { customers(ids: $ids) { pointsBalance { mainPoints } } }',
    {
      ids: [OTHER, ASKED, OTHER],
    },
  );

  const whole = { pointsBalance: { mainPoints: '8500.000' } };
  expect(data).toEqual({ customers: [whole, { pointsBalance: null }, whole] });
  expect(errors).toMatchObject([{ path: ['customers', 1, 'pointsBalance'] }]);
});

describe('a ledger that refuses customer ids', () => {
  const PROFILE_PATH = `/v2/customers/${ASKED}`;
  const LEDGER =
    'query ($id: ID!) { customer(id: $id) { ledgerBalance { totalEntries } pointsBalance { mainPoints } } }';
  const read = () => gateway.query(LEDGER, { id: ASKED });
  const steps = () =>
    gateway.platform.requests
      .filter(({ path }) => !path.endsWith('/points/balance'))
      .map(({ path, params }) =>
        path === LEDGER_PATH
          ? `ledger by ${params['identifierName']} ${params['identifierValue']} ${params['source']} ${params['accountId']}`
          : path,
      );

  /** Refuses ids with this code, and knows whose identifier is whose. */
  function refuseIds(code: number, owners: Readonly<Record<string, string>>): void {
    gateway.platform.answer(LEDGER_PATH, (request, response) => {
      const { identifierName, identifierValue = '' } = request.params;
      const userId = owners[identifierValue];
      const answer =
        identifierName === 'id' || userId === undefined
          ? envelope([identifierName === 'id' ? code : 8015])
          : json(ledgerBody({ userId, rows: [row(1)] }));
      answer(request, response);
    });
  }

  type ProfileIdentifiers = Readonly<Record<string, string>>;
  function profile(
    id: string,
    ...profiles: readonly [source: string, ProfileIdentifiers, accountId?: string][]
  ): Answer {
    return json({
      id: Number(id),
      profiles: profiles.map(([source, identifiers, accountId]) => ({
        firstName: 'Tom',
        source,
        ...(accountId === undefined ? {} : { accountId }),
        identifiers: Object.entries(identifiers).map(([type, value]) => ({ type, value })),
      })),
    });
  }

  const REFUSED = `ledger by id ${ASKED} INSTORE undefined`;
  const SUCCESS = { customer: { ledgerBalance: { totalEntries: 1 }, pointsBalance: { mainPoints: '8500.000' } } };

  it.each([8013, 11013])('with %i is asked by the identifier of the profile, which is read once', async (code) => {
    refuseIds(code, { 'EX-1': ASKED });
    gateway.platform.answer(PROFILE_PATH, profile(ASKED, ['INSTORE', { externalId: 'EX-1' }]));

    const first = await read();
    expect(first.errors).toBeUndefined();
    expect(first.data).toEqual(SUCCESS);
    expect(gateway.platform.requests.find(({ path }) => path === PROFILE_PATH)?.params).toEqual({ source: 'ALL' });
    expect(steps()).toEqual([REFUSED, PROFILE_PATH, 'ledger by externalId EX-1 INSTORE undefined']);

    expect((await read()).data).toEqual(SUCCESS);
    expect(steps().slice(3)).toEqual(['ledger by externalId EX-1 INSTORE undefined']);
    expect(gateway.log.join()).not.toContain('EX-1');
  });

  it.each<[string, Answer, string]>([
    [
      'the external id before all others',
      profile(ASKED, ['INSTORE', { email: 'a@b.c', mobile: '9199', cardnumber: 'C', externalId: 'E' }]),
      'externalId E INSTORE undefined',
    ],
    [
      'the card number before mobile and e-mail',
      profile(ASKED, ['INSTORE', { email: 'a@b.c', mobile: '9199', cardNumber: 'C' }]),
      'cardnumber C INSTORE undefined',
    ],
    [
      'the mobile before the e-mail',
      profile(ASKED, ['INSTORE', { email: 'a@b.c', mobile: '9199' }]),
      'mobile 9199 INSTORE undefined',
    ],
    [
      'the e-mail where there is nothing else',
      profile(ASKED, ['INSTORE', { email: 'a@b.c' }]),
      'email a@b.c INSTORE undefined',
    ],
    [
      "an identifier in its own profile's source and account",
      profile(ASKED, ['INSTORE', { email: 'a@b.c' }], ['WECHAT', { mobile: '9199' }, 'wx-7']),
      'mobile 9199 WECHAT wx-7',
    ],
    [
      "the source as the ledger's page spells it",
      profile(ASKED, ['WEB_ENGAGE', { externalId: 'E' }, 'we-1']),
      'externalId E WEB_ENGAG we-1',
    ],
    [
      'an identifier of a source that can be asked',
      profile(ASKED, ['MOBILE_APP', { externalId: 'APP' }, 'x'], ['INSTORE', { email: 'a@b.c' }]),
      'email a@b.c INSTORE undefined',
    ],
    [
      'an identifier that can be asked by',
      profile(ASKED, ['INSTORE', { externalId: 'with,comma', mobile: '', email: 'a@b.c' }]),
      'email a@b.c INSTORE undefined',
    ],
  ])('is asked by %s', async (_what, answer, step) => {
    refuseIds(8013, { 'a@b.c': ASKED, 9199: ASKED, C: ASKED, E: ASKED });
    gateway.platform.answer(PROFILE_PATH, answer);

    const { data, errors } = await read();

    expect(errors).toBeUndefined();
    expect(data).toEqual(SUCCESS);
    expect(steps()).toEqual([REFUSED, PROFILE_PATH, `ledger by ${step}`]);
  });

  it.each([
    ['is nobody by now', undefined],
    ['is another customer by now', STRANGER],
  ])('reads the profile again when the identifier it kept %s', async (_what, owner) => {
    refuseIds(8013, { OLD: ASKED });
    gateway.platform.answer(PROFILE_PATH, profile(ASKED, ['INSTORE', { externalId: 'OLD' }]));
    await read();
    const before = steps().length;
    refuseIds(8013, { ...(owner === undefined ? {} : { OLD: owner }), NEW: ASKED });
    gateway.platform.answer(PROFILE_PATH, profile(ASKED, ['INSTORE', { externalId: 'NEW' }]));

    const { data, errors } = await read();

    expect(errors).toBeUndefined();
    expect(data).toEqual(SUCCESS);
    expect(steps().slice(before)).toEqual([
      'ledger by externalId OLD INSTORE undefined',
      PROFILE_PATH,
      'ledger by externalId NEW INSTORE undefined',
    ]);
  });

  it.each<[string, Answer, ErrorCode]>([
    [
      "names another customer's identifier",
      profile(ASKED, ['INSTORE', { externalId: 'THEIRS' }]),
      'PLATFORM_BAD_RESPONSE',
    ],
    ['is another customer', profile(STRANGER, ['INSTORE', { externalId: 'E' }]), 'PLATFORM_BAD_RESPONSE'],
    ['names no identifier', profile(ASKED, ['INSTORE', {}]), 'PLATFORM_BAD_RESPONSE'],
    ['has no profiles', json({ id: Number(ASKED), profiles: [] }), 'PLATFORM_BAD_RESPONSE'],
    ['is HTML', htmlPage(200), 'PLATFORM_BAD_RESPONSE'],
    ['is not found', envelope([8015]), 'CUSTOMER_NOT_FOUND'],
    ['may not be read', htmlPage(403), 'PLATFORM_DENIED'],
    ['fails', htmlPage(502), 'PLATFORM_UNAVAILABLE'],
  ])('is an error, and leaves the points balance whole, when the profile %s', async (_what, answer, code) => {
    refuseIds(8013, { E: ASKED, THEIRS: STRANGER });
    gateway.platform.answer(PROFILE_PATH, answer);

    const result = await read();

    expect(result.data).toEqual({ customer: { ledgerBalance: null, pointsBalance: { mainPoints: '8500.000' } } });
    expect(result.errors).toMatchObject([{ path: ['customer', 'ledgerBalance'], extensions: { code } }]);
    expectNothingOut(result);
  });

  it("shows a merged customer's survivor by the profile's identifier too", async () => {
    gateway.platform.answer(LEDGER_PATH, (request, response) => {
      const merged = ledgerBody({ userId: STRANGER, rows: [row(1)], warnings: [{ status: false, code: 8069 }] });
      (request.params['identifierName'] === 'id' ? envelope([8013]) : json(merged))(request, response);
    });
    gateway.platform.answer(PROFILE_PATH, profile(ASKED, ['INSTORE', { externalId: 'E' }]));

    const { data, errors } = await read();

    expect(errors).toBeUndefined();
    expect(data).toEqual(SUCCESS);
  });

  it('is asked by id again after an hour, for it may have been mended', async () => {
    refuseIds(8013, { E: ASKED });
    gateway.platform.answer(PROFILE_PATH, profile(ASKED, ['INSTORE', { externalId: 'E' }]));
    await read();
    gateway.platform.answer(LEDGER_PATH, ledgerOfRequest);
    clock.advance(60 * 60 * 1000);

    expect((await read()).data).toEqual(SUCCESS);
    expect(steps().slice(3)).toEqual([REFUSED]);
  });

  it('is asked by id where that is not refused: other codes are no refusal', async () => {
    const result = await ask('ledgerBalance', envelope([11012]));

    expect(result.errors).toMatchObject([{ extensions: { code: 'INVALID_FILTER' } }]);
    expect(steps().filter((step) => step.startsWith('/v2/customers'))).toEqual([]);
  });
});
