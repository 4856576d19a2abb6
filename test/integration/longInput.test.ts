import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.ts';

/** What makes patterns slow that go back over what they have read; `length` characters of it. */
const SHAPES: readonly (readonly [name: string, of: (length: number) => string])[] = [
  ['digits', (length) => '1'.repeat(length)],
  ['digits, and then none', (length) => `${'1'.repeat(length)}x`],
  ['blanks inside', (length) => `1${' '.repeat(length)}1`],
  ['at signs', (length) => '@'.repeat(length)],
  ['dots and dashes', (length) => '-.'.repeat(length / 2)],
  ['a date without an end', (length) => `2026-01-31T23:59:59${'0'.repeat(length)}`],
  ['a cursor without an end', (length) => Buffer.from(`1.aaaaaaaa.1.-1.${'a'.repeat(length)}!`).toString('base64url')],
];
const BY_LOOKUP = (name: string) =>
  `query ($x: String!) { customerByIdentifier(lookup: { identifiers: [{ name: ${name}, value: $x }] }) { id } }`;
const ledger = (type: string, argument: string) =>
  `query ($x: ${type}!) { customer(id: "1") { ledgerBalance(${argument}) { totalEntries } } }`;
const PLACES: readonly (readonly [place: string, query: string])[] = [
  ['an id', 'query ($x: ID!) { customer(id: $x) { id } }'],
  ['a mobile', BY_LOOKUP('MOBILE')],
  ['an e-mail', BY_LOOKUP('EMAIL')],
  ['a card number', BY_LOOKUP('CARD_NUMBER')],
  ['a program', 'query ($x: ID!) { me { pointsBalance(programId: $x) { mainPoints } } }'],
  ['a till', ledger('ID', 'filter: { tillId: $x }')],
  ['a date', ledger('LocalDateTime', 'filter: { endDate: $x }')],
  ['a currency', ledger('String', 'filter: { alternateCurrencyNames: [$x] }')],
  ['a cursor', ledger('String', 'after: $x')],
];

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

// What looks into texts of this length with a pattern that goes back over what it has read does not come to an end.
it.each(PLACES)('600,000 characters as %s are refused, whatever they are, without a call', async (_place, query) => {
  for (const [name, of] of SHAPES) {
    const { status, errors } = await gateway.query(query, { x: of(600_000) });

    expect({ name, status }).toEqual({ name, status: 400 });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  }
  expect(gateway.platform.requests).toEqual([]);
});
