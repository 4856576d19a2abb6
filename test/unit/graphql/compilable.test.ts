import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { isCompilable } from '../../../src/graphql/compilable.ts';

const fields = (count: number) => Array.from({ length: count }, (_, index) => `f${index}`).join(' ');

describe('a document is compiled', () => {
  it.each([
    'query Balance($id: ID!) { customer(id: $id) { id pointsBalance { mainPoints } } }',
    'query ($ids: [ID!]!) { customers(ids: $ids) { __typename ...F } } fragment F on Customer { id }',
    'query ($some: Boolean!) { customer(id: "7") { id @skip(if: $some) externalId } me { id } }',
    '{ me { id id ... on Customer { id } } }',
    '{ customer(id: "7") { ledgerBalance(filter: { tillId: "1" }) { totalEntries } } }',
    `{ ${fields(200)} }`,
  ])('where both roads do the same: %s', (text) => {
    expect(isCompilable(parse(text))).toBe(true);
  });

  it.each([
    [
      'a variable within an object',
      'query ($till: ID) { me { ledgerBalance(filter: { tillId: $till }) { totalEntries } } }',
    ],
    [
      'a variable in a list within an object',
      'query ($v: String!) { a(lookup: { identifiers: [{ name: MOBILE, value: $v }] }) { id } }',
    ],
    [
      'a conditional field that is selected twice',
      'query ($some: Boolean!) { me { id @skip(if: $some) externalId id } }',
    ],
    [
      'a conditional field that is selected twice, in fragments',
      'query ($some: Boolean!) { me { ...F externalId ... @include(if: $some) { id } } } fragment F on Customer { id }',
    ],
    [
      'a condition in a fragment that is spread twice',
      'query ($some: Boolean!) { a: me { ...F @include(if: $some) } b: me { ...F } } fragment F on Customer { id }',
    ],
    ['a text that the compiler would take for its own', '{ customer(id: "x__MAGIC_DATE__1") { id } }'],
    ['a block of such text', '{ customer(id: """__MAGIC_NAN__1""") { id } }'],
    ['a long text', `{ me { id } } # ${'x'.repeat(10_000)}`],
    ['a variable named __proto__', 'query ($__proto__: ID!) { customer(id: $__proto__) { id } }'],
    ['an alias named __proto__', '{ __proto__: me { id } }'],
    ['a question about the graph', '{ __schema { queryType { name } } }'],
    ['more fields than are worth the wait', `{ ${fields(201)} }`],
    ['as many through fragments', `{ ...F ...F } fragment F on Query { ${fields(101)} }`],
  ])('but not with %s', (_what, text) => {
    expect(isCompilable(parse(text))).toBe(false);
  });
});
