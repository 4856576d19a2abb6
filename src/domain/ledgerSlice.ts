import type { LedgerRow } from './ledger.ts';
import type { Warning } from './warning.ts';

/**
 * Where to go on behind a row of a ledger balance, with a print of every row shown up to and including it, so that a
 * row which comes again on a later page is not shown twice.
 */
export interface LedgerPosition {
  /** The platform's page, zero-based. */
  readonly page: number;
  /** The last row of that page already shown; -1 when none was. */
  readonly row: number;
  /** Prints of the rows already shown, oldest first: {@link PRINT_LENGTH} characters each. */
  readonly shown: readonly string[];
}

/** The length of a row's print. */
export const PRINT_LENGTH = 7;

/** Some rows of a ledger balance, in order, with what is known of the rest. */
export interface LedgerSlice {
  readonly rows: readonly LedgerRow[];
  /** Where to go on behind the row of this place in {@link rows}, counted from 0. */
  readonly positionOf: (place: number) => LedgerPosition;
  /** Whether there are, or may be, rows after these. */
  readonly hasMore: boolean;
  readonly totalEntries: number;
  readonly warnings: readonly Warning[];
  /** When the oldest page of it was read. */
  readonly readAt: Date;
  /** Whether a newer page was wanted and could not be had. */
  readonly isStale: boolean;
}
