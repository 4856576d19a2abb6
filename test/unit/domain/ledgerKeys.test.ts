import { expect, it } from '@jest/globals';
import type { CustomerRef } from '../../../src/domain/customer.ts';
import { keyOfLedgerPage, WHOLE_LEDGER, type LedgerFilter } from '../../../src/domain/ledger.ts';
import type { LocalDateTimeText } from '../../../src/domain/localDateTime.ts';
import type { NumericId } from '../../../src/domain/numbers.ts';
import { Personal } from '../../../src/domain/personal.ts';

const byId = (id: string): CustomerRef => ({ by: 'id', id: new Personal('customer id', id) });
const byMobile = (mobile: string): CustomerRef => ({
  by: 'lookup',
  lookup: {
    source: 'INSTORE',
    accountId: undefined,
    identifiers: [{ name: 'MOBILE', value: new Personal('mobile', mobile) }],
  },
});

const FILTERS: readonly Partial<LedgerFilter>[] = [
  {},
  { endDate: '2026-01-31T00:00:00' as LocalDateTimeText },
  { tillId: '7' as NumericId },
  { includeTillConceptEvents: true },
  { ledgerEntryType: 'CREDIT' },
  { pointCategoryType: 'PROMISED' },
  { alternateCurrencies: 'all' },
  { alternateCurrencies: ['none'] },
];

it('pages of a ledger have one key where they are asked for alike, and another in all other cases', () => {
  const keys = [byId('7'), byId('71'), byMobile('7'), byMobile('71')].flatMap((customer) =>
    FILTERS.flatMap((but) =>
      [0, 1, 7].map((page) => keyOfLedgerPage({ customer, filter: { ...WHOLE_LEDGER, ...but }, page })),
    ),
  );

  expect(new Set(keys).size).toBe(4 * FILTERS.length * 3);
  expect(keyOfLedgerPage({ customer: byId('7'), filter: { ...WHOLE_LEDGER }, page: 0 })).toBe(keys[0]);
});
