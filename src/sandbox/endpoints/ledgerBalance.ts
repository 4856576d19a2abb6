import { printAmount } from '../amounts.ts';
import { Refusal } from '../answers.ts';
import { findByIdentifiers, type Identifier } from '../findCustomer.ts';
import { exactNumber } from '../json.ts';
import { CATEGORIES, ENTRY_TYPES, type Category } from '../ledger.ts';
import { entriesThatPass, type LedgerFilter } from '../ledgerFilter.ts';
import { pageOf, type ClosingBalance } from '../ledgerPage.ts';
import type { Customer, Org } from '../org.ts';
import { readFlag, readNaming, readWholeNumber, readWord } from '../parameters.ts';
import { readZonelessTime } from '../zonelessTime.ts';
import type { Call } from './call.ts';

/** The page's own list, and `id`, which its sister calls on the same resource take. */
const NAMES = ['mobile', 'email', 'externalId', 'cardnumber', 'cardExternalId', 'id'] as const;
const MAX_LIMIT = 10;

/**
 * `GET /v2/pointsLedger/getCustomerLedgerBalance`.
 *
 * @throws {Refusal} 11013, 8003, 8013, 8127, 11006, 11007, 11008, 11011, 11025, 11004, 9005, 11012, 8015, 8065, and
 *   11003 where there is no entry to show
 * @see https://docs.capillarytech.com/reference/get-customer-ledger-balance
 */
export function ledgerBalance({ org, query, nowMs, answerAbout }: Call): unknown {
  const naming = readNaming(query, { org, names: NAMES, codes: { noSource: 11013, noIdentifier: 11013 } });
  const { limit, offset } = readPaging(query);
  const filter = readFilter(query, org, nowMs);
  assertIdsAreDigits(naming.identifiers);
  const { customer, warnings } = answerAbout(findByIdentifiers(org, naming.identifiers, naming.place));

  const page = pageOf(entriesThatPass(customer.ledger, filter, org.programOfTill), offset, limit);
  if (page === null) throw new Refusal(11003);
  return {
    customerDetails: { userId: exactNumber(customer.id), ...externalIdOf(customer), entityType: 'CUSTOMER' },
    ledgerDetails: {
      pageNumber: offset,
      pageSize: limit,
      totalEntries: page.totalEntries,
      pageCount: page.pageCount,
      ledgerClosingBalance: page.rows.map((row) => rowOf(row, org)),
    },
    warnings,
  };
}

function readPaging(query: URLSearchParams): { readonly limit: number; readonly offset: number } {
  const limit = readWholeNumber(query, 'limit', 400) ?? MAX_LIMIT;
  if (limit === 0) throw new Refusal(400);
  if (limit > MAX_LIMIT) throw new Refusal(11006);
  return { limit, offset: readWholeNumber(query, 'offset', 400) ?? 0 };
}

function readFilter(query: URLSearchParams, { programOfTill, currencyNames }: Org, nowMs: number): LedgerFilter {
  const entryType = readWord(query, 'ledgerEntryType', ENTRY_TYPES, 11007);
  const category = readWord(query, 'pointCategoryType', CATEGORIES, 11008);
  const endDate = query.get('endDate');
  const untilMs = endDate === null ? nowMs : readZonelessTime(endDate);
  if (untilMs === null) throw new Refusal(11011);
  const tillId = readWholeNumber(query, 'tillId', 11025);
  if (tillId !== undefined && !programOfTill.has(tillId)) throw new Refusal(11004);
  const currencies = new Set(query.get('alternateCurrencyNames')?.split(','));
  if ([...currencies].some((name) => !currencyNames.has(name))) throw new Refusal(9005);
  return {
    untilMs,
    tillId,
    includeTillConceptEvents: readFlag(query, 'includeTillConceptEvents'),
    entryType,
    category,
    currencies: readFlag(query, 'includeAlternateCurrencies') ? 'all' : currencies,
  };
}

function assertIdsAreDigits(identifiers: readonly Identifier[]): void {
  if (identifiers.some(({ name, value }) => name === 'id' && !/^\d+$/.test(value))) throw new Refusal(11012);
}

function externalIdOf({ profiles }: Customer): { readonly externalId?: string } {
  const externalId = profiles.find(({ identifiers }) => identifiers.externalId !== undefined)?.identifiers.externalId;
  return externalId === undefined ? {} : { externalId };
}

const CATEGORY_NAMES: Readonly<Record<Category, string>> = {
  REGULAR: 'Main',
  PROMISED: 'DelayedAccrualPointCategory',
  TRIGGER_BASED: 'ExternalTriggerBasedPointCategory',
};

function rowOf({ programId, category, currency, amount }: ClosingBalance, { programNames }: Org): unknown {
  return {
    pointsCategory: currency === null ? CATEGORY_NAMES[category] : `${currency}_PointCategory`,
    programName: programNames.get(programId),
    programId,
    closingBalance: printAmount(amount), // A string here, though the points balance prints numbers.
    ...(currency === null ? {} : { alternateCurrency: currency, alternateCurrencyCategory: category }),
  };
}
