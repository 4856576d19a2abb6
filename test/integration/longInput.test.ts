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

/** Sends every shape to a place, each some times; gives what it cost in milliseconds of CPU. */
async function costOf(query: string, length: number): Promise<number> {
  const before = process.cpuUsage();
  for (let times = 0; times < 3; times += 1) {
    for (const [name, of] of SHAPES) {
      const { status, errors } = await gateway.query(query, { x: of(length) });
      expect({ name, status }).toEqual({ name, status: 400 });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

// Not how long it takes, but how that grows: where a pattern goes back, ten times the text costs a hundred times as much.
it.each(PLACES)(
  '100 kB as %s are refused without a call, at no more than what 10 kB cost for each byte',
  async (_place, query) => {
    await costOf(query, 10_000); // What is compiled is compiled.

    const little = await costOf(query, 10_000);
    const much = await costOf(query, 100_000);

    expect(much / little).toBeLessThan(30);
    expect(gateway.platform.requests).toEqual([]);
  },
);
