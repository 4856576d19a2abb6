import { createHash } from 'node:crypto';
import { keyOfLedgerRow, type LedgerPage, type LedgerRow } from '../domain/ledger.ts';
import { PRINT_LENGTH, type LedgerPosition, type LedgerSlice } from '../domain/ledgerSlice.ts';
import type { Reading } from '../domain/reading.ts';
import { MAX_WARNINGS, type Warning } from '../domain/warning.ts';

export interface LedgerWalk {
  /** Reads one platform page, zero-based. */
  readonly loadPage: (page: number) => Promise<Reading<LedgerPage>>;
  /** How many rows are wanted. */
  readonly first: number;
  /** The last row already shown; null from the start. */
  readonly after: LedgerPosition | null;
  /** Platform pages that the operation was priced with. */
  readonly plannedPages: number;
  /** Asks for `count` pages more, where pages hold few rows; gives how many may be read. */
  readonly takeMore: (count: number) => number;
}

/** A short text that tells a ledger's rows apart; at 42 bits two of a hundred rows share one in a billion ledgers. */
function printOfLedgerRow({ programId, pointsCategory, alternateCurrency }: LedgerRow): string {
  // Cursors of before hold it: another text would show their rows again.
  const text = JSON.stringify([programId, pointsCategory, alternateCurrency]);
  return createHash('sha256').update(text).digest('base64url').slice(0, PRINT_LENGTH);
}

/**
 * Walks the platform's pages for `first` rows. The platform counts entries and shows balances, so a page may hold fewer
 * rows than its size, and a row again that an earlier page had: one row is kept per program, category and currency,
 * with the latest page's figures, where it stood first.
 *
 * The first page is read alone, for it says how many there are; the others side by side, as many as the rows seen so
 * far let expect, until there are enough rows, no more pages, or no more calls to be had: then `hasMore` says so.
 */
export async function walkLedger({ loadPage, first, after, plannedPages, takeMore }: LedgerWalk): Promise<LedgerSlice> {
  const start = after?.page ?? 0;
  const shown = after?.shown ?? [];
  const isShown = (row: LedgerRow) => shown.length > 0 && shown.includes(printOfLedgerRow(row));
  const found = new Map<string, FoundRow>();
  const readings: Reading<LedgerPage>[] = [];

  const opening = await loadPage(start);
  const end = Math.max(opening.answer.pageCount, start + 1);
  take(opening);

  let allowed = plannedPages;
  while (found.size < first && start + readings.length < end) {
    const missing = first - found.size;
    const rowsPerPage = Math.max(1, found.size / readings.length);
    const wanted = Math.min(Math.ceil(missing / rowsPerPage), end - start - readings.length);
    if (readings.length + wanted > allowed) allowed += takeMore(readings.length + wanted - allowed);
    const count = Math.min(wanted, allowed - readings.length);
    if (count <= 0) break;
    const next = start + readings.length;
    const more = await Promise.all(Array.from({ length: count }, (_, index) => loadPage(next + index)));
    more.forEach(take);
  }

  function take(reading: Reading<LedgerPage>): void {
    const pageIndex = start + readings.length;
    readings.push(reading);
    const { rows } = reading.answer;
    rows.forEach((row, index) => {
      const key = keyOfLedgerRow(row);
      const known = found.get(key);
      if (known !== undefined) known.row = row;
      else if (!isShown(row) && !isAtOrBefore(after, pageIndex, index)) {
        // Behind a page's last row the next page begins: going on from there does not read this one again.
        const isLastOfPage = index === rows.length - 1 && pageIndex + 1 < end;
        const place = isLastOfPage ? { page: pageIndex + 1, index: -1 } : { page: pageIndex, index };
        found.set(key, { row, ...place });
      }
    });
  }

  const all = [...found.values()];
  const pages = readings.map(({ answer }) => answer);
  let prints: readonly string[] | undefined;
  return {
    rows: all.slice(0, first).map(({ row }) => row),
    // Only for who asks: most want no cursor, and each print is a hash.
    positionOf(place) {
      const { page, index } = at(all, place);
      prints ??= all.slice(0, first).map(({ row }) => printOfLedgerRow(row));
      return { page, row: index, shown: [...shown, ...prints.slice(0, place + 1)] };
    },
    hasMore: all.length > first || start + readings.length < end,
    totalEntries: opening.answer.totalEntries,
    warnings: distinct(pages.flatMap(({ warnings }) => warnings)),
    readAt: pages.map(({ readAt }) => readAt).reduce((oldest, each) => (each < oldest ? each : oldest)),
    isStale: readings.some(({ isStale }) => isStale),
  };
}

function at(rows: readonly FoundRow[], place: number): FoundRow {
  const row = rows[place];
  if (row === undefined) throw new RangeError('There is no such row.');
  return row;
}

interface FoundRow {
  row: LedgerRow;
  /** Where to go on after this row: {@link LedgerPosition}. */
  readonly page: number;
  readonly index: number;
}

function isAtOrBefore(after: LedgerPosition | null, page: number, row: number): boolean {
  return after !== null && page === after.page && row <= after.row;
}

/** Each code once: every page repeats what is said of the customer. */
function distinct(warnings: readonly Warning[]): readonly Warning[] {
  return [...new Map(warnings.map((warning) => [warning.code, warning])).values()].slice(0, MAX_WARNINGS);
}
