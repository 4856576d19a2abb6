import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { loadData, parseData } from '../../../src/sandbox/data.ts';
import type { SandboxData } from '../../../src/sandbox/dataShape.ts';

const text = await readFile(new URL('../../../src/sandbox/data.json', import.meta.url), 'utf8');
const file = JSON.parse(text) as SandboxData;

/** The file's text after a change to one place. */
function changed(change: (data: SandboxData) => void): string {
  const data = structuredClone(file);
  change(data);
  return JSON.stringify(data);
}

/** Sets a value where the types would not have it. */
function put(target: unknown, key: string | number, value: unknown): void {
  (target as Record<string | number, unknown>)[key] = value;
}

describe('the data file', () => {
  it('is whole', async () => {
    const { customers } = await loadData();
    expect(customers.length).toBeGreaterThanOrEqual(12);
    expect(customers[0]?.id).toBe('565039505');
  });

  it('names nobody: every mail is at example.com', () => {
    const mails = file.customers.flatMap(({ profiles }) => profiles.flatMap((each) => each.identifiers.email ?? []));
    expect(mails.filter((mail) => !mail.endsWith('@example.com'))).toEqual([]);
  });

  it.each<[string, (data: SandboxData) => void, string]>([
    ['an id that is a number', (d) => put(d.customers[0], 'id', 565039505), 'customers[0].id'],
    ['an amount as a number', (d) => put(d.customers[1]?.ledger[0], 'opening', 3), 'customers[1].ledger[0].opening'],
    ['four decimals', (d) => put(d.customers[0]?.ledger[3], 'credit', '1.0001'), 'customers[0].ledger[3].credit'],
    ['a debit with a sign', (d) => put(d.customers[0]?.ledger[9], 'debit', '-1'), 'customers[0].ledger[9].debit'],
    ['a time with a zone', (d) => put(d.customers[0]?.ledger[0], 'at', '2025-01-10T09:00:00Z'), 'ledger[0].at'],
    ['a day that is not', (d) => put(d.customers[0]?.ledger[0], 'at', '2025-02-30T09:00:00'), 'ledger[0].at'],
    ['credit and debit at once', (d) => put(d.customers[0]?.ledger[3], 'debit', '1.000'), 'customers[0].ledger[3]'],
    ['a category and a currency', (d) => put(d.customers[0]?.ledger[3], 'currency', 'Stars'), 'customers[0].ledger[3]'],
    ['a slip of the pen', (d) => put(d.customers[0], 'show', 'x'), 'customers[0]: Unrecognized key: "show"'],
    [
      'no such program',
      (d) => put(d.customers[0]?.ledger[0], 'program', 1),
      'customers[0].ledger[0].program: no program',
    ],
    ['no such till', (d) => put(d.customers[0]?.ledger[3], 'till', 1), 'customers[0].ledger[3].till: no till 1'],
    ['a currency of another program', (d) => put(d.customers[1]?.ledger[2], 'program', 1414), 'has no currency Stars'],
    ['no such survivor', (d) => put(d.customers[0], 'mergedInto', '1'), 'customers[0].mergedInto: no customer 1'],
    ['a chain of merges', (d) => put(d.customers[6], 'mergedInto', '565039505'), '565039521 is merged itself'],
    ['two default programs', (d) => put(d.programs[1], 'default', true), 'programs: expected one with "default": true'],
    ['an id twice', (d) => put(d.customers[1], 'id', '565039505'), 'customers: the id 565039505 is there twice'],
    ['no such member', (d) => put(d.fleets[0]?.members, 0, '1'), 'fleets[0].members: no customer 1'],
    [
      'no such account',
      (d) => put(d.customers[11]?.profiles[1], 'accountId', 'x'),
      'customers[11].profiles[1].accountId',
    ],
    ['an account of no source', (d) => put(d.customers[0]?.profiles[0], 'accountId', 'x'), 'INSTORE has no accounts'],
    [
      'a primary identifier of two customers',
      (d) => put(d.customers[1]?.profiles[0]?.identifiers, 'externalId', 'EX-0001'),
      'customers[1].profiles[0].identifiers: 565039505 has this externalId too',
    ],
  ])('is refused with its place named: %s', (_what, change, place) => {
    expect(() => parseData(changed(change))).toThrow(place);
  });

  it('is refused when it is no JSON, and when it has nothing', () => {
    expect(() => parseData(text.slice(0, 100))).toThrow("The sandbox's data.json is no JSON");
    expect(() => parseData('[]')).toThrow('the file: ');
  });
});
