import fc from 'fast-check';

/**
 * A grammar of requests as nobody of good will sends them: documents, variables, ids, headers and bodies, some of them
 * valid by chance, for what is refused must be told from what is not.
 */
export interface HostileRequest {
  readonly method: string;
  readonly path: string;
  /** A list is the same header several times. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | undefined;
  /** Whose token it carries. */
  readonly caller: Caller;
}

export type Caller = 'nobody' | 'own' | 'staff' | 'forged' | 'expired' | 'unsigned' | 'garbled';

/** The customer whom the `own` token names. */
export const OWN_ID = '565039505';

const id: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(OWN_ID, OWN_ID, '7', '9007199254740993', '9223372036854775807') },
  fc.constantFrom<unknown>(
    ...['..', '../../v3/oauth/token/generate', '%2e%2e', '..%2f', '%252e', '1/../2', '1;jsessionid=x', '1?x=y', '1#f'],
    ...[
      '\\',
      '\u0000',
      '1%0d%0aX: y',
      '//evil.example/x',
      'http://evil.example/',
      '@evil',
      '1e3',
      '-0',
      '1.5',
      '',
      ' 1 ',
    ],
    ...['01', '+1', '１２', '٣', '1_000', '12345678901234567890', '9223372036854775808', '1'.repeat(100_000)],
    ...[2 ** 53, 7, -7, 1.5, true, null, [], ['1'], {}, { id: '1' }],
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
);

const literal = id.map((value) => JSON.stringify(value));
const name = fc.constantFrom('MOBILE', 'EMAIL', 'EXTERNAL_ID', 'CARD_NUMBER', 'PASSPORT', '"MOBILE"');
const date = fc.constantFrom(
  '2026-01-31T23:59:59',
  '2026-02-30T00:00:00',
  '9999-01-01T00:00:00',
  '2026-01-31T23:59:59Z',
  '0000-01-01T00:00:00',
  '2026-01-31T23:59:59\\n',
);
const number = fc.constantFrom('0', '1', '10', '100', '101', '-1', '2147483648', '1e9', '"10"', 'null', 'true');

const balance = fc.oneof(
  fc.constant('pointsBalance { entityId mainPoints freshness { readAt stale } }'),
  fc
    .tuple(literal, number)
    .map(([program, age]) => `pointsBalance(programId: ${program}, maxAge: ${age}) { entityId }`),
  fc.constant('pointsBalance(allPrograms: true, entityType: FLEET) { totalPoints }'),
  fc.constantFrom(
    'pointsBalanse { x }',
    'pointsBalance { password }',
    'pointsBalance',
    'pointsBalance(id: 1) { entityId }',
  ),
);
const ledger = fc.oneof(
  fc
    .tuple(number, date)
    .map(([first, at]) => `ledgerBalance(first: ${first}, filter: { endDate: "${at}" }) { totalEntries }`),
  fc.tuple(literal).map(([after]) => `ledgerBalance(after: ${after}) { nodes { closingBalance } }`),
  fc.constant('ledgerBalance(filter: { __proto__: 1 }) { totalEntries }'),
);
const field = fc.oneof(
  balance,
  ledger,
  fc.constantFrom(
    'id',
    'externalId',
    '__typename',
    'a: id',
    '...F',
    '... on Customer { id }',
    '... on Query { me { id } }',
  ),
);
const selection = fc.array(field, { minLength: 1, maxLength: 4 }).map((fields) => fields.join(' '));

const root = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(literal, selection).map(([value, of]) => `customer(id: ${value}) { ${of} }`) },
  { weight: 2, arbitrary: selection.map((of) => `customer(id: $id) { ${of} }`) },
  { weight: 2, arbitrary: selection.map((of) => `me { ${of} }`) },
  fc
    .tuple(fc.array(literal, { maxLength: 5 }), selection)
    .map(([ids, of]) => `customers(ids: [${ids.join(', ')}]) { ${of} }`),
  fc
    .tuple(name, literal, selection)
    .map(
      ([kind, value, of]) =>
        `customerByIdentifier(lookup: { identifiers: [{ name: ${kind}, value: ${value} }] }) { ${of} }`,
    ),
  fc.constantFrom(
    '__schema { types { name } }',
    '__type(name: "Customer") { name }',
    'a: __schema { queryType { name } }',
    '_service { sdl }',
    '_entities(representations: [{ __typename: "Customer", id: "7" }]) { ... on Customer { id } }',
    'nobody { id }',
    '__typename',
  ),
);

const directive = fc.constantFrom(
  '',
  '',
  '',
  '@include(if: true)',
  '@skip(if: $no)',
  '@aa @aa @aa',
  '@defer',
  '@deprecated',
);

const wellFormed = fc
  .tuple(
    fc.array(root, { minLength: 1, maxLength: 3 }),
    directive,
    fc.constantFrom(
      'query Q($id: ID!, $no: Boolean = false)',
      'query Q($id: ID)',
      'query',
      'mutation',
      'subscription',
      'query Q($id: [ID!]!)',
    ),
  )
  .map(([roots, use, head]) => {
    const fields = roots.map((each, index) => `f${index}: ${each}`).join(' ');
    return `${head} ${use} { ${fields} } ${fields.includes('...F') ? 'fragment F on Customer { id ...G } fragment G on Customer { externalId }' : ''}`;
  });

const document: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: wellFormed },
  fc.constantFrom<unknown>(
    'qwerty cop { abc }',
    '{ me { ...A } } fragment A on Customer { ...B } fragment B on Customer { ...A }',
    `{ ${Array.from({ length: 120 }, (_, index) => `a${index}: __typename`).join(' ')} }`,
    `{ ${Array.from({ length: 40 }, (_, index) => `a${index}: customer(id: "${index + 1}") { pointsBalance { entityId } }`).join(' ')} }`,
    `{ me ${'{ ... on Customer '.repeat(60)}{ id }${' }'.repeat(60)} }`,
    `{ __typename ${'@include(if: true) '.repeat(1000)} }`,
    `{ ${'__typename '.repeat(12_000)} }`,
    `{ customer(id: "${'9'.repeat(500_000)}") { id } }`,
    `{ ${'x'.repeat(100_000)} }`,
    `{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }`,
    'query A { __typename } query B { __typename }',
    '',
    ...[null, 7, [], {}, true],
  ),
  fc.string({ unit: 'binary', maxLength: 200 }),
  // A document that breaks off, or has something of another in its middle.
  fc.tuple(wellFormed, fc.nat(), fc.string({ maxLength: 5 })).map(([text, at, put]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + put + text.slice(place + put.length);
  }),
);

const extensions = fc.constantFrom<unknown>(
  undefined,
  undefined,
  undefined,
  {},
  { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } },
  { persistedQuery: { version: 1, sha256Hash: 'b'.repeat(1_000) } },
  { persistedQuery: { version: 2, sha256Hash: 7 } },
  { persistedQuery: null },
  'extensions',
);

const request = fc
  .record({
    query: document,
    variables: fc.oneof(
      { weight: 4, arbitrary: id.map((value) => ({ id: value })) },
      fc.constantFrom<unknown>(undefined, null, [], 'variables', { id: { toString: 'x' } }, { __proto__: { id: '7' } }),
      fc.jsonValue(),
    ),
    operationName: fc.constantFrom<unknown>(undefined, undefined, 'Q', 'Nobody', null, 7, []),
    extensions,
  })
  .map((all) => JSON.stringify(all));

const body = fc.oneof(
  { weight: 20, arbitrary: request },
  request.map((text) => `[${text},${text}]`),
  request.map((text) => text.slice(0, text.length / 2)),
  fc.constantFrom(
    '',
    'null',
    '7',
    '"text"',
    '{"query":',
    '[]',
    '[[]]',
    'query={__typename}',
    '\ufeff{}',
    '{"a":1,"a":2}',
  ),
);

const headers = fc
  .record(
    {
      'content-type': fc.constantFrom(
        'text/plain',
        'application/jsonx',
        'application/json; charset=utf-16',
        'multipart/form-data; boundary=x',
        'application/x-www-form-urlencoded',
        'application/graphql',
      ),
      accept: fc.constantFrom(
        'application/json',
        'application/graphql-response+json',
        'text/plain',
        '*/*',
        'text/html',
        'multipart/mixed',
      ),
      origin: fc.constantFrom('https://shop.example', 'https://evil.example', 'null'),
      'x-deadline-ms': fc.constantFrom('1', '100', '0', '-1', 'soon', '999999999999', '1e3'),
      'x-explain': fc.constantFrom('platform', 'everything', '1'),
      'x-forwarded-for': fc.constantFrom('127.0.0.1', '8.8.8.8, 10.0.0.1'),
      'x-cap-api-oauth-token': fc.constant('a token of somebody'),
      'apollo-require-preflight': fc.constantFrom('1', ''),
      'content-encoding': fc.constantFrom('gzip', 'identity', 'br'),
      traceparent: fc.constantFrom('junk', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'),
      cookie: fc.constant('session=1'),
      'x-federation-secret': fc.constant('guess'),
    },
    { requiredKeys: [] },
  )
  .map((drawn): Readonly<Record<string, string>> => drawn);

const caller = fc.constantFrom<Caller>(
  'nobody',
  'own',
  'own',
  'own',
  'staff',
  'forged',
  'expired',
  'unsigned',
  'garbled',
);

/** Any request of no good will. */
const hostile: fc.Arbitrary<HostileRequest> = fc
  .record({
    method: fc.constantFrom(
      'POST',
      'POST',
      'POST',
      'POST',
      'POST',
      'POST',
      'POST',
      'GET',
      'GET',
      'PUT',
      'DELETE',
      'OPTIONS',
      'PATCH',
      'HEAD',
    ),
    path: fc.constantFrom(
      '/graphql',
      '/graphql',
      '/graphql',
      '/graphql',
      '/graphql',
      '/graphql',
      '/',
      '/metrics',
      '/graphql/',
      '/../graphql',
      '/GRAPHQL',
    ),
    headers: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, headers),
    text: body,
    caller,
  })
  .map(({ method, path, headers: drawn, text, caller: who }) => {
    const isGet = method === 'GET';
    const search = isGet ? `?${searchOf(text)}` : '';
    return {
      method,
      path: path + search,
      headers: { ...(isGet ? {} : { 'content-type': 'application/json' }), ...drawn },
      body: ['GET', 'HEAD', 'OPTIONS'].includes(method) ? undefined : text,
      caller: who,
    };
  });

/** What a good client sends; whether it may have it hangs on the caller. */
const sound: fc.Arbitrary<HostileRequest> = fc
  .record({
    of: fc.subarray(['id', 'externalId', 'pointsBalance { entityId mainPoints }', 'ledgerBalance { totalEntries }'], {
      minLength: 1,
    }),
    customer: fc.oneof(fc.constant(OWN_ID), fc.integer({ min: 1, max: 1_000_000 }).map(String)),
    caller,
  })
  .map(({ of, customer, caller: who }) => ({
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `query Q($id: ID!) { customer(id: $id) { ${of.join(' ')} } }`,
      variables: { id: customer },
    }),
    caller: who,
  }));

const numbered = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${n}`, 'x']));

/** What a good client sends, under headers that are too large, too many, or said twice. */
const overHeaders: fc.Arbitrary<HostileRequest> = fc
  .tuple(
    sound,
    fc.constantFrom<HostileRequest['headers']>(
      { 'x-large': 'x'.repeat(20_000) },
      { cookie: 'x'.repeat(100_000) },
      { authorization: `Bearer ${'x'.repeat(10_000)}` },
      numbered(101),
      numbered(300),
      { authorization: ['Bearer x', 'Bearer y'] },
      { authorization: ['Bearer x', ''] },
      { 'x-deadline-ms': ['100', '200'] },
      { 'content-type': ['application/json', 'text/plain'] },
      { 'content-type': ['text/plain', 'application/json'] },
      { 'x-explain': ['platform', 'platform'] },
      { 'x-cap-api-oauth-token': ['a', 'b'] },
      { origin: ['https://shop.example', 'https://evil.example'] },
    ),
  )
  .map(([request, extra]) => ({ ...request, headers: { ...request.headers, ...extra } }));

/** Any request of the grammar: mostly hostile, some sound. */
export const hostileRequest: fc.Arbitrary<HostileRequest> = fc.oneof(
  { weight: 8, arbitrary: hostile },
  { weight: 2, arbitrary: sound },
  { weight: 1, arbitrary: overHeaders },
);

/** What a GET has in its URL of what a POST has in its body; short, for a URL has its own bound. */
function searchOf(text: string): string {
  const isShort = text.length < 6000;
  try {
    const { query, variables, operationName } = JSON.parse(isShort ? text : '{}') as Record<string, unknown>;
    const given = { query, variables, operationName };
    const pairs = Object.entries(given).flatMap(([key, value]) =>
      value === undefined
        ? []
        : [`${key}=${encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value))}`],
    );
    return pairs.join('&');
  } catch {
    return 'query=%7B__typename%7D';
  }
}
