import type { Thousandths } from './amounts.ts';
import type { Category, Entry } from './ledger.ts';

/** One balance row: what a customer holds of one program, category and currency. */
export interface ClosingBalance {
  readonly programId: number;
  readonly category: Category;
  /** The alternate currency; null for points. */
  readonly currency: string | null;
  readonly amount: Thousandths;
}

/** One page of a ledger balance. */
export interface LedgerPage {
  /** How many entries there are over all pages: entries, not rows. */
  readonly totalEntries: number;
  readonly pageCount: number;
  readonly rows: readonly ClosingBalance[];
}

/**
 * One page: its entries, oldest first, decide which rows appear, and all entries decide what is in them.
 *
 * So a row can be on several pages, with the same balance on each, and a page of ten entries can have one row. The
 * documented sample has this: 17 entries on two pages, and six rows on the first.
 *
 * @param pageNumber zero-based; null is answered for one past the end
 * @see https://docs.capillarytech.com/reference/get-customer-ledger-balance
 */
export function pageOf(entries: readonly Entry[], pageNumber: number, pageSize: number): LedgerPage | null {
  const pageCount = Math.ceil(entries.length / pageSize);
  if (pageNumber >= pageCount) return null;
  const onPage = new Set(entries.slice(pageNumber * pageSize, (pageNumber + 1) * pageSize).map(rowKeyOf));
  const balances = closingBalances(entries);
  const rows = [...onPage].flatMap((key) => balances.get(key) ?? []);
  return { totalEntries: entries.length, pageCount, rows };
}

/** The balance of each program, category and currency over these entries, in the order of first appearance. */
export function closingBalances(entries: readonly Entry[]): ReadonlyMap<string, ClosingBalance> {
  const balances = new Map<string, ClosingBalance>();
  for (const entry of entries) {
    const { programId, category, currency } = entry;
    const key = rowKeyOf(entry);
    balances.set(key, { programId, category, currency, amount: (balances.get(key)?.amount ?? 0n) + entry.amount });
  }
  return balances;
}

function rowKeyOf({ programId, category, currency }: Entry): string {
  return JSON.stringify([programId, category, currency]);
}
