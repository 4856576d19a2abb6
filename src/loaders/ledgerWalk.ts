import { createHash } from 'node:crypto';
import { isSameBalance, type LedgerPage, type LedgerRow } from '../domain/ledger.ts';
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
export function walkLedger(walk: LedgerWalk): Promise<LedgerSlice> {
  const start = walk.after?.page ?? 0;
  return walk.loadPage(start).then((opening) => {
    const pages = new Pages(walk, start, opening);
    const next = pages.next();
    return next > 0 ? readOn(walk, pages, next) : pages.slice();
  });
}

async function readOn({ loadPage }: LedgerWalk, pages: Pages, count: number): Promise<LedgerSlice> {
  for (let next = count; next > 0; next = pages.next()) {
    const from = pages.end;
    const more = await Promise.all(Array.from({ length: next }, (_, index) => loadPage(from + index)));
    for (const page of more) pages.take(page);
  }
  return pages.slice();
}

/** The pages of one walk so far, and the rows found in them. */
class Pages {
  readonly #walk: LedgerWalk;
  readonly #start: number;
  readonly #opening: LedgerPage;
  /** How many pages there are. */
  readonly #count: number;
  readonly #readings: Reading<LedgerPage>[] = [];
  readonly #found: FoundRow[] = [];
  #allowed: number;

  constructor(walk: LedgerWalk, start: number, opening: Reading<LedgerPage>) {
    this.#walk = walk;
    this.#start = start;
    this.#opening = opening.answer;
    this.#count = Math.max(opening.answer.pageCount, start + 1);
    this.#allowed = walk.plannedPages;
    this.take(opening);
  }

  /** The page behind the last one. */
  get end(): number {
    return this.#start + this.#readings.length;
  }

  /** How many are to be read next, side by side. */
  next(): number {
    const { first, takeMore } = this.#walk;
    const read = this.#readings.length;
    const missing = first - this.#found.length;
    if (missing <= 0 || this.end >= this.#count) return 0;
    const rowsPerPage = Math.max(1, this.#found.length / read);
    const wanted = Math.min(Math.ceil(missing / rowsPerPage), this.#count - this.end);
    if (read + wanted > this.#allowed) this.#allowed += takeMore(read + wanted - this.#allowed);
    return Math.min(wanted, this.#allowed - read);
  }

  take(reading: Reading<LedgerPage>): void {
    const page = this.end;
    this.#readings.push(reading);
    const { after } = this.#walk;
    const { rows } = reading.answer;
    rows.forEach((row, index) => {
      // Each is looked for among all: a map of them costs more, for most ledgers are short.
      const known = this.#found.find((each) => isSameBalance(each.row, row));
      if (known !== undefined) known.row = row;
      else if (after === null || !(this.#isShown(row) || (page === after.page && index <= after.row))) {
        // Behind a page's last row the next page begins: going on from there does not read this one again.
        const isLastOfPage = index === rows.length - 1 && page + 1 < this.#count;
        this.#found.push(isLastOfPage ? { row, page: page + 1, index: -1 } : { row, page, index });
      }
    });
  }

  slice(): LedgerSlice {
    const { first, after } = this.#walk;
    const found = this.#found;
    const shown = found.length > first ? found.slice(0, first) : found;
    let warnings: readonly Warning[] = [];
    let { readAt } = this.#opening;
    let isStale = false;
    for (const { answer, isStale: isOld } of this.#readings) {
      warnings = warnings.length === 0 ? answer.warnings : [...warnings, ...answer.warnings];
      if (answer.readAt < readAt) ({ readAt } = answer);
      isStale ||= isOld;
    }
    let prints: readonly string[] | undefined;
    return {
      rows: shown.map(({ row }) => row),
      // Only for who asks: most want no cursor, and each print is a hash.
      positionOf: (place) => {
        const { page, index } = at(found, place);
        prints ??= shown.map(({ row }) => printOfLedgerRow(row));
        return { page, row: index, shown: [...(after?.shown ?? []), ...prints.slice(0, place + 1)] };
      },
      hasMore: found.length > first || this.end < this.#count,
      totalEntries: this.#opening.totalEntries,
      warnings: distinct(warnings),
      readAt,
      isStale,
    };
  }

  #isShown(row: LedgerRow): boolean {
    const shown = this.#walk.after?.shown ?? [];
    return shown.length > 0 && shown.includes(printOfLedgerRow(row));
  }
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

/** Each code once: every page repeats what is said of the customer. */
function distinct(warnings: readonly Warning[]): readonly Warning[] {
  if (warnings.length === 0) return warnings;
  return [...new Map(warnings.map((warning) => [warning.code, warning])).values()].slice(0, MAX_WARNINGS);
}
