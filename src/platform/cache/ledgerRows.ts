import type { LedgerRow } from '../../domain/ledger.ts';
import { FIELDS, inOneStep, take, type Field } from '../answer/decode.ts';

/** In the place of a value that the row above has too: categories and currencies seldom change from row to row. */
const SAME = 0;

/** In the order that {@link readRow} reads them in. */
export function writeRows(rows: readonly LedgerRow[]): unknown[] {
  let above: LedgerRow | undefined;
  return rows.map((row) => {
    const written = [
      row.pointsCategory === above?.pointsCategory ? SAME : row.pointsCategory,
      row.programId === above?.programId ? SAME : row.programId,
      row.programName === above?.programName ? SAME : row.programName,
      row.closingBalance === above?.closingBalance ? SAME : row.closingBalance,
      row.alternateCurrency === above?.alternateCurrency ? SAME : row.alternateCurrency,
      row.alternateCurrencyCategory === above?.alternateCurrencyCategory ? SAME : row.alternateCurrencyCategory,
    ];
    above = row;
    return written;
  });
}

const nullableText: Field<string | null> = {
  expected: 'text or null',
  read: (raw) => (raw === null || typeof raw === 'string' ? raw : undefined),
};

function readRow(values: readonly unknown[], above: LedgerRow | undefined): LedgerRow {
  const value = <Name extends keyof LedgerRow>(index: number, field: Field<LedgerRow[Name]>, name: Name) =>
    values[index] === SAME && above !== undefined ? above[name] : take(values[index], field, name);
  return {
    pointsCategory: value(0, FIELDS.text, 'pointsCategory'),
    programId: value(1, FIELDS.numericId, 'programId'),
    programName: value(2, FIELDS.text, 'programName'),
    closingBalance: value(3, FIELDS.decimal, 'closingBalance'),
    alternateCurrency: value(4, nullableText, 'alternateCurrency'),
    alternateCurrencyCategory: value(5, nullableText, 'alternateCurrencyCategory'),
  };
}

const ROW_LENGTH = 6;
const listed: Field<readonly unknown[]> = {
  expected: 'a list',
  read: (raw) => (Array.isArray(raw) ? raw : undefined),
};
const rowOfValues: Field<readonly unknown[]> = {
  expected: 'the values of a row',
  read: (raw) => (Array.isArray(raw) && raw.length === ROW_LENGTH ? raw : undefined),
};

/** Rows from what {@link writeRows} has made of them. */
export const ledgerRows = inOneStep((raw) => {
  let above: LedgerRow | undefined;
  return take(raw, listed, null).map((values) => (above = readRow(take(values, rowOfValues, null), above)));
});
