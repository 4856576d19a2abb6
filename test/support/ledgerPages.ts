import type { LedgerPage, LedgerPageQuestion } from '../../src/domain/ledger.ts';
import { WHOLE_LEDGER } from '../../src/domain/ledger.ts';
import type { DecimalText, NumericId } from '../../src/domain/numbers.ts';
import { Personal } from '../../src/domain/personal.ts';

/** The first page of the n-th customer's ledger, asked for by id. */
export function ledgerQuestion(n: number): LedgerPageQuestion {
  return { customer: { by: 'id', id: idOf(n) }, filter: WHOLE_LEDGER, page: 0 };
}

/** That page: ten rows, with names of usual length and figures of this customer's own. */
export function ledgerPage(n: number, program = 'Rewards program'): LedgerPage {
  const rows = Array.from({ length: 10 }, (_, row) => ({
    pointsCategory: 'Regular points',
    programId: String(1000 + row) as NumericId,
    programName: `${program} ${row}`,
    closingBalance: `${n}.${row}00` as DecimalText,
    alternateCurrency: null,
    alternateCurrencyCategory: null,
  }));
  const owner = { id: idOf(n), externalId: new Personal('external id', `EX-${n}`) };
  return { owner, totalEntries: 10, pageCount: 1, rows, warnings: [], readAt: new Date(0) };
}

function idOf(n: number) {
  return new Personal('customer id', String(500_000_000 + n));
}
