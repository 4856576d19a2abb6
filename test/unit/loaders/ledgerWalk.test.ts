import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LedgerPage, LedgerRow } from '../../../src/domain/ledger.ts';
import type { Reading } from '../../../src/domain/reading.ts';
import type { LedgerPosition } from '../../../src/domain/ledgerSlice.ts';
import type { DecimalText, NumericId } from '../../../src/domain/numbers.ts';
import { walkLedger } from '../../../src/loaders/ledgerWalk.ts';

function row(program: number, balance: number): LedgerRow {
  return {
    pointsCategory: 'Main',
    programId: String(program) as NumericId,
    programName: 'A program',
    closingBalance: String(balance) as DecimalText,
    alternateCurrency: null,
    alternateCurrencyCategory: null,
  };
}

/** Pages of programs, from 1 to 30; a row's balance says on which page it stands. */
const ledgers = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 10 }), {
  minLength: 1,
  maxLength: 12,
});

function reader(pages: readonly (readonly number[])[]) {
  const asked: number[] = [];
  const loadPage = (index: number): Promise<Reading<LedgerPage>> => {
    asked.push(index);
    const rows = (pages[index] ?? []).map((program) => row(program, index));
    const answer = {
      owner: null,
      totalEntries: 99,
      pageCount: pages.length,
      rows,
      warnings: [],
      readAt: new Date(index),
    };
    return Promise.resolve({ answer, isStale: false });
  };
  return { asked, loadPage };
}

describe('the walk over a ledger', () => {
  it('gives every row exactly once, in the order of its first page, whatever the page sizes', async () => {
    await fc.assert(
      fc.asyncProperty(ledgers, fc.integer({ min: 1, max: 40 }), async (pages, first) => {
        const seen: string[] = [];
        let after: LedgerPosition | null = null;
        for (;;) {
          const slice = await walkLedger({
            loadPage: reader(pages).loadPage,
            first,
            after,
            plannedPages: 10,
            takeMore: () => 0,
          });
          seen.push(...slice.rows.map((each) => each.programId));
          expect(slice.rows.length).toBeLessThanOrEqual(first);
          if (!slice.hasMore || slice.rows.length === 0) break;
          after = slice.positionOf(slice.rows.length - 1);
        }
        expect(seen).toEqual([...new Set(pages.flat())].map(String));
      }),
    );
  });

  it('shows the latest figures of the pages it has read', async () => {
    await fc.assert(
      fc.asyncProperty(ledgers, async (pages) => {
        const { loadPage, asked } = reader(pages);
        const slice = await walkLedger({ loadPage, first: 100, after: null, plannedPages: 20, takeMore: () => 0 });

        expect(asked.toSorted((a, b) => a - b)).toEqual(pages.map((_, index) => index));
        for (const shown of slice.rows) {
          const latest = pages.findLastIndex((page) => page.includes(Number(shown.programId)));
          expect(shown.closingBalance).toBe(String(latest));
        }
        expect(slice.readAt).toEqual(new Date(0));
      }),
    );
  });

  it('asks for no page twice, none behind the last, and no more than it may', async () => {
    await fc.assert(
      fc.asyncProperty(
        ledgers,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 12 }),
        async (pages, first, maxPages) => {
          const { loadPage, asked } = reader(pages);
          let left = maxPages - 1;
          const takeMore = (count: number) => {
            const taken = Math.min(count, left);
            left -= taken;
            return taken;
          };
          await walkLedger({ loadPage, first, after: null, plannedPages: 1, takeMore });

          expect(new Set(asked).size).toBe(asked.length);
          expect(Math.max(...asked)).toBeLessThan(pages.length);
          expect(asked.length).toBeLessThanOrEqual(maxPages);
        },
      ),
    );
  });
});
