import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { printAmount, readAmount, sumOf } from '../../../src/sandbox/amounts.ts';
import { figuresOf } from '../../../src/sandbox/balances.ts';
import { CATEGORIES, ENTRY_TYPES, type Entry } from '../../../src/sandbox/ledger.ts';
import { closingBalances, pageOf } from '../../../src/sandbox/ledgerPage.ts';

const entry: fc.Arbitrary<Entry> = fc
  .record({
    atMs: fc.integer({ min: 0, max: 1_000_000 }),
    type: fc.constantFrom(...ENTRY_TYPES),
    programId: fc.constantFrom(973, 1414, 1568),
    category: fc.constantFrom(...CATEGORIES),
    currency: fc.option(fc.constantFrom('Stars', 'Apples'), { nil: null }),
    size: fc.bigInt({ min: 0n, max: 10n ** 18n }),
    tillId: fc.option(fc.constantFrom(5001, 5101), { nil: null }),
  })
  .map(({ size, ...rest }) => ({ ...rest, amount: rest.type === 'DEBIT' ? -size : size }));
const ledger = fc.array(entry, { maxLength: 40 });

describe('amounts', () => {
  it('come out as they went in, whatever their size', () => {
    fc.assert(fc.property(fc.bigInt(-(10n ** 18n) + 1n, 10n ** 18n - 1n), (n) => readAmount(printAmount(n)) === n));
  });

  it.each([
    ['8500', '8500.000'],
    ['-0.5', '-0.500'],
    ['0.001', '0.001'],
    ['-250.5', '-250.500'],
    ['-0', '0.000'],
  ])('prints %s with three decimals', (text, printed) => {
    expect(printAmount(readAmount(text))).toBe(printed);
  });

  it.each(['', '1e3', '0.0001', '1,5', '+1', '.5', '--1'])('refuses "%s"', (text) => {
    expect(() => readAmount(text)).toThrow('not an amount');
  });
});

describe('closing balances', () => {
  it('are the sum of the signed entries of their program, category and currency', () => {
    fc.assert(
      fc.property(ledger, (entries) => {
        for (const row of closingBalances(entries).values()) {
          const own = entries.filter(
            (e) => e.programId === row.programId && e.category === row.category && e.currency === row.currency,
          );
          expect(row.amount).toBe(sumOf(own.map(({ amount }) => amount)));
        }
      }),
    );
  });

  it('are all seen by walking the pages, whatever the page size, and are the same on each', () => {
    fc.assert(
      fc.property(ledger, fc.integer({ min: 1, max: 10 }), (entries, pageSize) => {
        const all = [...closingBalances(entries).values()];
        const pageCount = Math.ceil(entries.length / pageSize);
        const seen = Array.from({ length: pageCount }, (_, i) => pageOf(entries, i, pageSize)?.rows ?? []).flat();
        for (const row of seen) expect(all).toContainEqual(row);
        for (const row of all) expect(seen).toContainEqual(row);
        expect(pageOf(entries, pageCount, pageSize)).toBeNull();
      }),
    );
  });
});

describe('points figures', () => {
  it('add up: total is main and promised, promised is both its kinds, and no alternate currency is in them', () => {
    fc.assert(
      fc.property(ledger, fc.constantFrom<number | 'all'>(973, 1414, 'all'), (entries, program) => {
        const { main, promised, delayedAccrual, externalTriggerBased, total } = figuresOf(entries, program);
        const points = entries.filter((e) => e.currency === null && (program === 'all' || e.programId === program));
        expect(total).toBe(main + promised);
        expect(promised).toBe(delayedAccrual + externalTriggerBased);
        expect(total).toBe(sumOf(points.map(({ amount }) => amount)));
      }),
    );
  });

  it('of all programs are the sum of those of each', () => {
    fc.assert(
      fc.property(ledger, (entries) => {
        const each = [973, 1414, 1568].map((program) => figuresOf(entries, program).total);
        expect(figuresOf(entries, 'all').total).toBe(sumOf(each));
      }),
    );
  });

  it('agree with the closing balances of the ledger', () => {
    fc.assert(
      fc.property(ledger, (entries) => {
        const rows = [...closingBalances(entries).values()].filter((row) => row.currency === null);
        const main = rows.filter((row) => row.category === 'REGULAR' && row.programId === 973);
        expect(figuresOf(entries, 973).main).toBe(sumOf(main.map(({ amount }) => amount)));
      }),
    );
  });
});
