import { keyOfCustomerRef, type CustomerId, type CustomerRef } from './customer.ts';
import type { LocalDateTimeText } from './localDateTime.ts';
import type { DecimalText, NumericId } from './numbers.ts';
import type { Personal } from './personal.ts';
import type { Warning } from './warning.ts';

export type LedgerEntryType = 'CREDIT' | 'DEBIT' | 'OPENING_BALANCE';
export type PointCategoryType = 'REGULAR' | 'PROMISED' | 'TRIGGER_BASED';

/** Which entries count, in the one form we ask by: defaults spelled out, names in order and each once. */
export interface LedgerFilter {
  readonly endDate: LocalDateTimeText | undefined;
  readonly tillId: NumericId | undefined;
  readonly includeTillConceptEvents: boolean;
  readonly ledgerEntryType: LedgerEntryType | undefined;
  readonly pointCategoryType: PointCategoryType | undefined;
  readonly alternateCurrencies: 'none' | 'all' | readonly string[];
}

/** A ledger balance to read, whichever of its pages. */
export interface LedgerBalanceQuestion {
  readonly customer: CustomerRef;
  readonly filter: LedgerFilter;
}

/** One page of a ledger balance, as the platform cuts it. */
export interface LedgerPageQuestion extends LedgerBalanceQuestion {
  /** Zero-based; the platform calls it `offset`. */
  readonly page: number;
}

/** A closing balance: one program in one points category, or one alternate currency. */
export interface LedgerRow {
  readonly pointsCategory: string;
  readonly programId: NumericId;
  readonly programName: string;
  readonly closingBalance: DecimalText;
  /** Null on rows of points. */
  readonly alternateCurrency: string | null;
  readonly alternateCurrencyCategory: string | null;
}

/** One page as the platform answered it. */
export interface LedgerPage {
  /** Whose ledger; null on an empty answer (platform code 11003), which names nobody. */
  readonly owner: { readonly id: CustomerId; readonly externalId: Personal<'external id'> | null } | null;
  readonly totalEntries: number;
  readonly pageCount: number;
  /** Fewer than the page's size are usual: the platform counts entries, and shows balances. */
  readonly rows: readonly LedgerRow[];
  readonly warnings: readonly Warning[];
  /** When the platform gave it. */
  readonly readAt: Date;
}

/** The filter that lets every entry count: all of the ledger, as of now, in points. */
export const WHOLE_LEDGER: LedgerFilter = {
  endDate: undefined,
  tillId: undefined,
  includeTillConceptEvents: false,
  ledgerEntryType: undefined,
  pointCategoryType: undefined,
  alternateCurrencies: 'none',
};

/** A text that is the same for two questions exactly when one answer serves both. Personal data. */
export function keyOfLedgerBalance({ customer, filter }: LedgerBalanceQuestion): string {
  return JSON.stringify([
    keyOfCustomerRef(customer),
    filter.endDate ?? null,
    filter.tillId ?? null,
    filter.includeTillConceptEvents,
    filter.ledgerEntryType ?? null,
    filter.pointCategoryType ?? null,
    filter.alternateCurrencies,
  ]);
}

/** {@link keyOfLedgerBalance} for one page; short for the whole ledger, which most ask for: each kept page has its key. */
export function keyOfLedgerPage(question: LedgerPageQuestion): string {
  const { customer, filter, page } = question;
  // Whose it is, digits or three values in JSON, is no text of all seven.
  return `${page} ${isWhole(filter) ? keyOfCustomerRef(customer) : keyOfLedgerBalance(question)}`;
}

function isWhole(filter: LedgerFilter): boolean {
  return FILTER_NAMES.every((name) => filter[name] === WHOLE_LEDGER[name]);
}

const FILTER_NAMES = Object.keys(WHOLE_LEDGER) as readonly (keyof LedgerFilter)[];

/** Whether two rows are of one balance, of which the later replaces the earlier. */
export function isSameBalance(one: LedgerRow, other: LedgerRow): boolean {
  return (
    one.programId === other.programId &&
    one.pointsCategory === other.pointsCategory &&
    one.alternateCurrency === other.alternateCurrency
  );
}
