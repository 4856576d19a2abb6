import { readAmount, type Thousandths } from './amounts.ts';
import type { EntryData } from './dataShape.ts';
import { readZonelessTime } from './zonelessTime.ts';

/** The kinds of ledger entry, as `ledgerEntryType` names them. */
export const ENTRY_TYPES = ['CREDIT', 'DEBIT', 'OPENING_BALANCE'] as const;
export type EntryType = (typeof ENTRY_TYPES)[number];

/** The kinds of points, as `pointCategoryType` names them. */
export const CATEGORIES = ['REGULAR', 'PROMISED', 'TRIGGER_BASED'] as const;
export type Category = (typeof CATEGORIES)[number];

/** One line of a customer's ledger. Lines are added, never changed. */
export interface Entry {
  readonly atMs: number;
  readonly type: EntryType;
  readonly programId: number;
  /** An alternate currency's entries are REGULAR: the platform prints that as their category. */
  readonly category: Category;
  /** The alternate currency; null for points. */
  readonly currency: string | null;
  /** What the entry does to the balance: a debit is negative. */
  readonly amount: Thousandths;
  /** Null for what no till did: a conversion, an expiry, an opening balance. */
  readonly tillId: number | null;
}

/**
 * A customer's ledger, oldest first; entries of one moment stay in the file's order.
 *
 * @throws {Error} when an amount or a time is not readable; `loadData` has seen to it that they are
 */
export function readLedger(lines: readonly EntryData[]): readonly Entry[] {
  return lines.map(readEntry).sort((a, b) => a.atMs - b.atMs);
}

/** The entries that were there at a moment, that moment included. */
export function entriesUntil(entries: readonly Entry[], untilMs: number): readonly Entry[] {
  return entries.filter(({ atMs }) => atMs <= untilMs);
}

function readEntry(line: EntryData): Entry {
  const atMs = readZonelessTime(line.at);
  if (atMs === null) throw new Error(`not a time: ${line.at}`);
  return {
    atMs,
    ...movementOf(line),
    programId: line.program,
    category: line.category ?? 'REGULAR',
    currency: line.currency ?? null,
    tillId: line.till ?? null,
  };
}

function movementOf({ opening, credit, debit }: EntryData): Pick<Entry, 'type' | 'amount'> {
  if (opening !== undefined) return { type: 'OPENING_BALANCE', amount: readAmount(opening) };
  if (credit !== undefined) return { type: 'CREDIT', amount: readAmount(credit) };
  return { type: 'DEBIT', amount: -readAmount(debit ?? '') };
}
