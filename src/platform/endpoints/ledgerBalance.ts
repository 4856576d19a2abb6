import * as z from 'zod';
import type { CustomerRef } from '../../domain/customer.ts';
import type { LedgerFilter, LedgerPage, LedgerPageQuestion } from '../../domain/ledger.ts';
import type { ReadContext } from '../../domain/operation.ts';
import type { PlatformAnswer } from '../answer/answer.ts';
import type { PlatformCall } from '../client/call.ts';
import { count, customerId, decode, externalId, FIELDS, inOneStep, take } from '../answer/decode.ts';
import { ledgerSourceOf, lookupParamsOf } from './lookupParams.ts';
import { assertAnswersFor } from './owner.ts';

/**
 * Reads one page of closing balances: `GET /v2/pointsLedger/getCustomerLedgerBalance`.
 *
 * A customer id goes as `identifierName=id`, which two sister endpoints document and this one does not.
 *
 * @param pageSize the platform's `limit`; its documents disagree on the largest, 10 is safe
 * @throws {PlatformProblem} `CUSTOMER_NOT_FOUND`, `INVALID_FILTER`, the client's own `PLATFORM_*`;
 *   `PLATFORM_BAD_RESPONSE` when the body has another shape, or is about another customer
 * @see https://docs.capillarytech.com/reference/get-customer-ledger-balance
 */
export function fetchLedgerPage(
  call: PlatformCall,
  { customer, filter, page }: LedgerPageQuestion,
  { pageSize }: { readonly pageSize: number },
  context: ReadContext,
): Promise<LedgerPage> {
  const request = {
    endpoint: 'ledgerBalance',
    path: 'v2/pointsLedger/getCustomerLedgerBalance',
    searchParams: searchParamsOf(customer, filter, { limit: pageSize, page }),
  } as const;
  return call(request, context, (answer) => decodeLedgerPage(answer, customer));
}

function searchParamsOf(
  customer: CustomerRef,
  filter: LedgerFilter,
  { limit, page }: { readonly limit: number; readonly page: number },
): Record<string, string> {
  const params = customerParamsOf(customer);
  const { endDate, tillId, ledgerEntryType, pointCategoryType, alternateCurrencies } = filter;
  if (endDate !== undefined) params['endDate'] = endDate;
  if (tillId !== undefined) params['tillId'] = tillId;
  // Left out when false, the documented default: an org without concepts may refuse the parameter (11001).
  if (filter.includeTillConceptEvents) params['includeTillConceptEvents'] = 'true';
  if (ledgerEntryType !== undefined) params['ledgerEntryType'] = ledgerEntryType;
  if (pointCategoryType !== undefined) params['pointCategoryType'] = pointCategoryType;
  // Always said: no default is documented, and the names only count beside `false`.
  params['includeAlternateCurrencies'] = String(alternateCurrencies === 'all');
  if (typeof alternateCurrencies !== 'string') params['alternateCurrencyNames'] = alternateCurrencies.join(',');
  params['limit'] = String(limit);
  params['offset'] = String(page); // A page number, though its name says rows.
  return params;
}

function customerParamsOf(customer: CustomerRef): Record<string, string> {
  if (customer.by === 'id') return { identifierName: 'id', identifierValue: customer.id.reveal(), source: ID_SOURCE };
  return { ...lookupParamsOf(customer.lookup), source: ledgerSourceOf(customer.lookup.source) };
}

/** An id is the same in every source, and a source must be named: the default one. */
const ID_SOURCE = 'INSTORE';

const row = inOneStep((value) => {
  const raw = take(value, FIELDS.object, null);
  return {
    pointsCategory: take(raw['pointsCategory'], FIELDS.text, 'pointsCategory'),
    programId: take(raw['programId'], FIELDS.numericId, 'programId'),
    programName: take(raw['programName'], FIELDS.text, 'programName'),
    closingBalance: take(raw['closingBalance'], FIELDS.decimal, 'closingBalance'),
    alternateCurrency: take(raw['alternateCurrency'], FIELDS.optionalText, 'alternateCurrency'),
    alternateCurrencyCategory: take(raw['alternateCurrencyCategory'], FIELDS.optionalText, 'alternateCurrencyCategory'),
  };
});

const body = z.object({
  customerDetails: z.object({ userId: customerId, externalId }),
  ledgerDetails: z.object({ totalEntries: count, pageCount: count, ledgerClosingBalance: z.array(row) }),
});

function decodeLedgerPage(answer: PlatformAnswer, customer: CustomerRef): LedgerPage {
  const { warnings, readAt } = answer;
  if (answer.isEmpty) return { owner: null, totalEntries: 0, pageCount: 0, rows: [], warnings, readAt };
  const { customerDetails, ledgerDetails } = decode(body, answer);
  assertAnswersFor(customer, customerDetails.userId, answer);
  return {
    owner: { id: customerDetails.userId, externalId: customerDetails.externalId },
    totalEntries: ledgerDetails.totalEntries,
    pageCount: ledgerDetails.pageCount,
    rows: ledgerDetails.ledgerClosingBalance,
    warnings,
    readAt,
  };
}
