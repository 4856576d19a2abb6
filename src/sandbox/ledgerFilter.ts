import type { Category, Entry, EntryType } from './ledger.ts';

/** Which entries a ledger call is about. */
export interface LedgerFilter {
  /** Entries up to this moment, itself included, epoch milliseconds. */
  readonly untilMs: number;
  /** Undefined: every till, and no till. */
  readonly tillId?: number | undefined;
  /** With `tillId`: also what a till's customers paid from another program than the till's. */
  readonly includeTillConceptEvents: boolean;
  readonly entryType?: EntryType | undefined;
  readonly category?: Category | undefined;
  /** Alternate currencies to show: all, or those named. Points are always shown. */
  readonly currencies: 'all' | ReadonlySet<string>;
}

/**
 * The entries that pass, in their order.
 *
 * A till belongs to a program, and so stands for that program's concept. A deduction at it may be paid from another
 * program: `tillId` alone leaves such a deduction out, `includeTillConceptEvents` adds it. Without `tillId` the call
 * covers all programs, the deduction is in the paying program's balance, and the flag changes nothing.
 *
 * @see https://docs.capillarytech.com/reference/get-customer-ledger-balance
 */
export function entriesThatPass(
  entries: readonly Entry[],
  filter: LedgerFilter,
  programOfTill: ReadonlyMap<number, number>,
): readonly Entry[] {
  const { untilMs, tillId, includeTillConceptEvents, entryType, category, currencies } = filter;
  return entries.filter((entry) => {
    if (entry.atMs > untilMs) return false;
    if (entryType !== undefined && entry.type !== entryType) return false;
    if (category !== undefined && entry.category !== category) return false;
    if (entry.currency !== null && currencies !== 'all' && !currencies.has(entry.currency)) return false;
    if (tillId === undefined) return true;
    if (entry.tillId !== tillId) return false;
    const paidElsewhere = entry.type === 'DEBIT' && entry.programId !== programOfTill.get(tillId);
    return includeTillConceptEvents || !paidElsewhere;
  });
}
