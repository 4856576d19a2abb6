import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { balanceOfPath } from '../support/fakePlatform.ts';
import { get, post, startGateway, type TestGateway } from '../support/gateway.ts';

const BALANCE = 'pointsBalance { mainPoints }';
const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
const nested = (levels: number, open: string, inside: string) =>
  `${open} { `.repeat(levels) + inside + ' }'.repeat(levels);

const nestedLists = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

/** Fragments that each spread the next one twice: 2^count fields from some forty characters a fragment. */
function doubling(count: number): string {
  const fragments = times(count, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);
  return `${fragments} fragment F${count} on Query { __typename } { ...F0 }`;
}

describe('an operation that asks for too much', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ env: { FEDERATION: 'on' } });
    gateway.platform.answer(/points\/balance$/, balanceOfPath);
  });
  afterAll(() => gateway.close());

  it.each<readonly [string, string, string, object?]>([
    ['aliases of __typename', 'has 101 aliases; 50 are allowed', `{ ${times(101, (i) => `a${i}: __typename`)} }`],
    ['aliases of another field', 'has 51 aliases; 50 are allowed', `{ ${times(51, (i) => `a${i}: me { id }`)} }`],
    [
      'aliases that keep the name',
      'has 51 aliases; 50 are allowed',
      `{ ${times(51, () => '__typename: __typename')} }`,
    ],
    [
      'aliases in a fragment that is spread twice',
      'has 60 aliases; 50 are allowed',
      `{ me { ...F } customer(id: "1") { ...F } } fragment F on Customer { ${times(30, (i) => `a${i}: ${BALANCE}`)} }`,
    ],
    [
      'aliases in an operation that is not run',
      'has 51 aliases; 50 are allowed',
      `query A { __typename } query B { ${times(51, (i) => `a${i}: __typename`)} }`,
    ],
    [
      'other customers, each under an alias',
      'asks for 30 platform calls; 25 are allowed',
      `{ ${times(30, (i) => `a${i}: customer(id: "${i + 1}") { ${BALANCE} }`)} }`,
    ],
    [
      'inline fragments in inline fragments',
      'has depth 51; 15 is allowed',
      `{ ${nested(50, '... on Query', '__typename')} }`,
    ],
    ['fields below inline fragments', 'has depth 16; 15 is allowed', `{ ${nested(14, '... on Query', 'me { id }')} }`],
    [
      'fragments that spread fragments',
      'has depth 17; 15 is allowed',
      `{ ...F0 } ${times(15, (i) => `fragment F${i} on Query { ...F${i + 1} }`)} fragment F15 on Query { __typename }`,
    ],
    ['fields by fragments that double each other', 'has 1024 fields; 1000 are allowed', doubling(10)],
    ['directives', 'has 51 directives; 50 are allowed', `{ ${'__typename @include(if: true) '.repeat(51)} }`],
    [
      'directives that are too many tokens',
      'has 7003 tokens; 2000 are allowed',
      `{ __typename ${'@include(if: true) '.repeat(1000)} }`,
    ],
    ['tokens', 'has 10000 tokens; 2000 are allowed', `{ ${'a '.repeat(9998)} }`],
    ['tokens without end', 'has more than 20000 tokens; 2000 are allowed', `{ ${'a '.repeat(400_000)} }`],
    [
      'the same field again and again, with fields below it',
      'has 119805 pairs of fields of one name in one place; 10000 are allowed',
      `{ ${'me { id } '.repeat(490)} }`,
    ],
    [
      'the same field again and again, in inline fragments and fragments',
      'has 10011 pairs of fields of one name in one place; 10000 are allowed',
      `{ ${'... { me { id } } '.repeat(71)} ...A ...B } fragment A on Query { ${'me { id } '.repeat(35)} }
        fragment B on Query { ${'me { id } '.repeat(36)} }`,
    ],
    [
      'the same field again and again, below two that are one',
      'has 10012 pairs of fields of one name in one place; 10000 are allowed',
      `{ me { ${`${BALANCE} `.repeat(71)} } me { ${`${BALANCE} `.repeat(71)} } }`,
    ],
    [
      'the same field again and again, in a fragment that is not spread',
      'has 114960 pairs of fields of one name in one place; 10000 are allowed',
      `{ __typename } fragment F on Query { ${'me { id } '.repeat(480)} }`,
    ],
    [
      'the same field again and again, in a fragment whose name another has too',
      'has 44850 pairs of fields of one name in one place; 10000 are allowed',
      `{ ...F } fragment F on Query { ${'me { id } '.repeat(300)} } fragment F on Query { __typename }`,
    ],
    [
      'fields of fragments that are not spread, by doubling each other',
      'has more than 100000 fields',
      doubling(20)
        .replace('...F0', '__typename')
        .replace(/\.\.\.(F[0-9]+) \.\.\.F[0-9]+/g, 'a: me { ...$1 } b: me { ...$1 }'),
    ],
    ['lists in lists', 'nests brackets more than 500 deep', `{ customers(ids: ${'['.repeat(1900)}`],
    [
      'lists in lists that are closed',
      'nests brackets more than 500 deep',
      `{ customers(ids: ${nestedLists(501)}) { id } }`,
    ],
    ['fields in fields', 'nests brackets more than 500 deep', '{ a'.repeat(990)],
    ['types in types', 'nests brackets more than 500 deep', `query ($x: ${'['.repeat(1900)}`],
    ['tokens that are no document', 'has 3000 tokens; 2000 are allowed', '{'.repeat(3000)],
    [
      'a list in the document',
      'has a list of 101 values; 100 are allowed',
      `{ _entities(representations: [${times(101, (i) => `{ __typename: "Customer", id: "${i + 1}" }`)}]) { __typename } }`,
    ],
    [
      'a list in variables',
      'has a list of 10000 values; 100 are allowed',
      'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
      { r: Array.from({ length: 10_000 }, () => ({ __typename: 'Customer', id: '1' })) },
    ],
    [
      'a list deep in variables that nobody uses',
      'has a list of 101 values; 100 are allowed',
      '{ __typename }',
      { x: { y: [{ z: Array.from({ length: 101 }, () => 1) }] } },
    ],
  ])('is refused whole, with the figure, before a call: %s', async (_what, figure, query, variables = {}) => {
    const { status, data, errors } = await gateway.query(query, variables);

    expect([status, data]).toEqual([400, undefined]);
    expect(errors).toMatchObject([
      { message: `The operation ${figure}.`, extensions: { code: 'OPERATION_TOO_EXPENSIVE', retryable: false } },
    ]);
    expect(gateway.platform.requests).toHaveLength(0);
  });
});

describe('a limit of the configuration', () => {
  it.each([
    ['MAX_DEPTH', '2', '{ me { id } }', '{ me { ... { id } } }', 'has depth 3; 2 is allowed'],
    ['MAX_ALIASES', '1', '{ a: __typename }', '{ a: __typename b: __typename }', 'has 2 aliases; 1 are allowed'],
    [
      'MAX_DIRECTIVES',
      '1',
      '{ __typename @skip(if: false) }',
      '{ __typename @skip(if: false) @include(if: true) }',
      'has 2 directives; 1 are allowed',
    ],
    [
      'MAX_TOKENS',
      '10',
      `{ ${'__typename '.repeat(8)} }`,
      `{ ${'__typename '.repeat(9)} }`,
      'has 11 tokens; 10 are allowed',
    ],
    ['MAX_FIELDS', '2', '{ me { id } }', '{ me { id externalId } }', 'has 3 fields; 2 are allowed'],
    [
      'MAX_LIST_LENGTH',
      '1',
      '{ customers(ids: ["1"]) { id } }',
      '{ customers(ids: ["1", "2"]) { id } }',
      'has a list of 2 values; 1 are allowed',
    ],
    [
      'MAX_TOKENS',
      '10000',
      `{ ${'... { __typename } '.repeat(600)} }`,
      `{ ...F0 } ${times(1200, (i) => `fragment F${i} on Query { ...F${i + 1} }`)} fragment F1200 on Query { __typename }`,
      'has depth 1202; 15 is allowed',
    ],
    ['MAX_DEPTH', '500', doubling(9), doubling(60), 'has more than 1000000 fields; 1000 are allowed'],
  ])('holds what it says: %s=%s', async (name, value, within, over, figure) => {
    const gateway = await startGateway({ env: { [name]: value } });
    const allowed = await gateway.query(within);
    const refused = await gateway.query(over);
    const again = await gateway.query(over);
    await gateway.close();

    expect(allowed.status).toBe(200);
    expect(refused).toMatchObject({ status: 400, errors: [{ message: `The operation ${figure}.` }] });
    expect(again.text).toBe(refused.text);
  });
});

describe('a document', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
    gateway.platform.answer(/points\/balance$/, balanceOfPath);
  });
  afterAll(() => gateway.close());

  it('may ask the same of one customer under thirty aliases: one call', async () => {
    const before = gateway.platform.requests.length;

    const { status } = await gateway.query(`{ ${times(30, (i) => `a${i}: customer(id: "5") { ${BALANCE} }`)} }`);

    expect([status, gateway.platform.requests.length - before]).toEqual([200, 1]);
  });

  it('may say a field 500 times', async () => {
    const { text } = await gateway.query(`{ ${'__typename '.repeat(500)} }`);

    expect(text).toBe('{"data":{"__typename":"Query"}}\n');
  });

  it.each<readonly [string, string]>([
    ['fragments in a circle', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'],
    ['a fragment within itself, below a field', '{ me { ...A } } fragment A on Customer { id ...A }'],
    ['the same directive again and again', `{ __typename ${'@include(if: true) '.repeat(300)} }`],
    ['directives that nobody knows', `{ __typename ${'@aa '.repeat(10)} }`],
    ['as many mistakes as fit', `{ ${times(500, (i) => `f${i}`)} }`],
    ['a field of 100 kB', `{ ${'f'.repeat(100_000)} }`],
    ['a text of 900 kB', `{ customer(id: "${'9'.repeat(900_000)}") { id } }`],
    ['more duplicates than can be compared', `{ ${'__typename '.repeat(1900)} }`],
    ['words that are none of GraphQL', 'qwerty cop { abc }'],
    ['an unknown operation type', 'qwerty { abc }'],
    ['no closing bracket', '{ __typename'],
    ['a type definition', 'type X { id: ID } { __typename }'],
    ['a part that may come later', '{ ... @defer { me { id } } }'],
    ['a list that may come later', '{ customers(ids: ["1"]) @stream { id } }'],
  ])('is refused with few words, none of them about our code, and without a call: %s', async (_what, query) => {
    const before = gateway.platform.requests.length;

    const { status, data, errors, text } = await gateway.query(query);

    expect([status, data]).toEqual([400, undefined]);
    expect(errors?.length).toBeLessThanOrEqual(5);
    expect(text.length).toBeLessThan(2000);
    expect(text).not.toMatch(/did you mean|stack|exception|node_modules|\.ts\b|\.js\b|\n +at /i);
    expect(gateway.platform.requests).toHaveLength(before);
  });

  it('may say a field with others below it a hundred times', async () => {
    const { data } = await gateway.query(`{ ${'customer(id: "5") { id } '.repeat(100)} }`);

    expect(data).toEqual({ customer: { id: '5' } });
  });

  it('may be split over fragments that bring the same fields along', async () => {
    const parts = times(100, (i) => `fragment F${i} on Query { customer(id: "5") { id } }`);

    const { data } = await gateway.query(`{ ${times(100, (i) => `...F${i}`)} } ${parts}`);

    expect(data).toEqual({ customer: { id: '5' } });
  });

  it('may nest values as deep as the parser follows', async () => {
    const { errors } = await gateway.query(`{ customers(ids: ${nestedLists(498)}) { id } }`);

    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });

  it('with brackets in a text, or one after the other, nests no deeper for it', async () => {
    const { data } = await gateway.query(
      `{ customer(id: """5""") { id ${'... { id } '.repeat(300)} } } # ${'['.repeat(999)}`,
    );

    expect(data).toEqual({ customer: { id: '5' } });
  });

  it.each(['qwerty', '{ __typename ', '{ me { idd } }'])(
    'tells nothing of our code in its refusal: %s',
    async (query) => {
      const { errors } = await gateway.query(query);

      expect(Object.keys(errors?.[0]?.extensions ?? {})).toEqual(['code', 'retryable']);
    },
  );
});

describe('introspection', () => {
  const ROADS: readonly (readonly [string, string])[] = [
    ['plainly', '{ __schema { types { name } } }'],
    ['of one type', '{ __type(name: "Customer") { name fields { name } } }'],
    ['under an alias', '{ x: __schema { queryType { name } } }'],
    ['under the alias of a field', '{ me: __type(name: "Query") { name } }'],
    ['in a fragment', '{ ...F } fragment F on Query { __schema { types { name } } }'],
    [
      'in a fragment of a fragment',
      '{ ...F } fragment F on Query { ...G } fragment G on Query { __type(name: "Query") { name } }',
    ],
    ['in an inline fragment', '{ ... on Query { ... { __schema { types { name } } } } }'],
    ['in an operation that is not run', 'query A { __typename } query B { __schema { types { name } } }'],
    ['in a part that is skipped', '{ __typename __schema @skip(if: true) { types { name } } }'],
    [
      'in a part that a variable skips',
      'query ($x: Boolean = false) { __typename ... @include(if: $x) { __schema { types { name } } } }',
    ],
    ['in a part that may come later', '{ ... @defer { __schema { types { name } } } }'],
    ['as a subgraph', '{ _service { sdl } }'],
    ['as a subgraph under an alias', '{ s: _service { sdl } }'],
    ['by way of an entity', '{ _entities(representations: []) { __typename } }'],
    ['as the tools do', getIntrospectionQuery()],
  ];

  describe('that is off', () => {
    let gateway: TestGateway;
    beforeAll(async () => {
      gateway = await startGateway();
    });
    afterAll(() => gateway.close());

    it.each(ROADS)('tells nothing, asked %s', async (_how, query) => {
      const operationName = query.startsWith('query A') ? 'A' : undefined;
      const answers = [
        await post(gateway.url, { query, operationName }),
        await post(gateway.url, { query, operationName }),
        await get(gateway.url, { query, ...(operationName !== undefined && { operationName }) }),
      ];

      for (const { status, data, text } of answers) {
        expect([status, data]).toEqual([400, undefined]);
        expect(text).not.toMatch(/did you mean|pointsBalance|externalId|"name"/i);
      }
    });

    it('leaves __typename', async () => {
      const { data } = await gateway.query('{ __typename }');

      expect(data).toEqual({ __typename: 'Query' });
    });
  });

  describe('that is on', () => {
    let gateway: TestGateway;
    beforeAll(async () => {
      gateway = await startGateway({ env: { INTROSPECTION: 'on' } });
    });
    afterAll(() => gateway.close());

    it('passes every limit, asked with all that the tools ask for', async () => {
      const query = getIntrospectionQuery({
        descriptions: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
        schemaDescription: true,
        inputValueDeprecation: true,
        oneOf: true,
      });

      const { status, errors, text } = await gateway.query(query);

      expect([status, errors]).toEqual([200, undefined]);
      expect(text).toContain('pointsBalance');
    });

    it('is refused in circles', async () => {
      const circle = 'fields { type { '.repeat(5);
      const query = `{ __type(name: "Query") { ${circle} name ${'} } '.repeat(5)} } }`;

      const { status, errors } = await gateway.query(query);

      expect([status, errors?.[0]?.extensions['code']]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
    });
  });
});
