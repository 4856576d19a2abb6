import { describe, expect, it } from '@jest/globals';
import type { CustomerLookup } from '../../../src/domain/customer.ts';
import type { LedgerPage, LedgerRow } from '../../../src/domain/ledger.ts';
import type { DecimalText, NumericId } from '../../../src/domain/numbers.ts';
import { Personal } from '../../../src/domain/personal.ts';
import type { PointsBalance } from '../../../src/domain/points.ts';
import { warningOf } from '../../../src/domain/warning.ts';
import {
  CUSTOMER_IDENTIFIERS,
  FOUND_CUSTOMER,
  LEDGER_PAGE,
  POINTS_BALANCE,
  type AnswerForm,
} from '../../../src/platform/cache/answerForms.ts';
import { openAnswer, writeAnswer } from '../../../src/platform/cache/answerText.ts';

const id = new Personal('customer id', '9007199254740993');
const externalId = new Personal('external id', 'EX, "1"');
const readAt = new Date('2026-03-01T12:00:00.123Z');
const points = (text: string) => text as DecimalText;

const BALANCE: PointsBalance = {
  entityId: id,
  entityType: 'CUSTOMER',
  totalPoints: points('-8500.000'),
  mainPoints: points('0'),
  promisedPoints: points('123456789012345678.123'),
  promisedPointsBreakup: { delayedAccrualPoints: points('1.0'), externalTriggerBasedPoints: points('2.00') },
  warnings: [],
  readAt,
};
const ROW: LedgerRow = {
  pointsCategory: 'Main',
  programId: '9223372036854775807' as NumericId,
  programName: 'Gold',
  closingBalance: points('-0.001'),
  alternateCurrency: null,
  alternateCurrencyCategory: null,
};
const PAGE: LedgerPage = {
  owner: { id, externalId },
  totalEntries: 12,
  pageCount: 2,
  rows: [ROW],
  warnings: [],
  readAt,
};
const LOOKUP: CustomerLookup = { source: 'INSTORE', accountId: undefined, identifiers: [] };

const isPersonal = (value: unknown): value is Personal => value instanceof Personal;

/** The same with what personal data hide from comparison. */
function shown(value: unknown): unknown {
  if (isPersonal(value)) return { kind: value.kind, value: value.reveal() };
  if (value instanceof Date) return { at: value.getTime() };
  if (Array.isArray(value)) return (value as readonly unknown[]).map(shown);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shown(each)]));
}

function expectKept<Answer extends { readonly readAt: Date }>(form: AnswerForm<Answer>, answer: Answer): void {
  expect(shown(openAnswer(form, writeAnswer(form, answer)))).toStrictEqual(shown(answer));
}

describe('an answer that is kept as text is the same when it is read again', () => {
  it.each<[string, Partial<PointsBalance>]>([
    ['digit for digit', {}],
    ["of a customer's group", { entityType: 'FLEET' }],
    ['with its warnings', { warnings: [8069, 521, 777_777].map(warningOf) }],
  ])('a points balance %s', (_how, but) => expectKept(POINTS_BALANCE, { ...BALANCE, ...but }));

  it.each<[string, Partial<LedgerPage>]>([
    ['row for row', { rows: [ROW, { ...ROW, programId: '1' as NumericId, closingBalance: points('5.50') }] }],
    ['whose rows have values of the row above', { rows: [ROW, ROW, { ...ROW, alternateCurrency: 'Stars' }, ROW, ROW] }],
    ['that names nobody', { owner: null, rows: [], totalEntries: 0, pageCount: 0 }],
    ['whose owner has no external id', { owner: { id, externalId: null } }],
    ['with its warnings', { warnings: [91009].map(warningOf) }],
    [
      'with currencies, and names in any script, with quotes, line ends and halves of characters',
      {
        rows: ['Золото', '金卡 ☕️', 'a "b"\n\\u0041', '\ud83d', ''].map((text) => ({
          ...ROW,
          pointsCategory: text,
          programName: text,
          alternateCurrency: text,
          alternateCurrencyCategory: text,
        })),
      },
    ],
  ])('a page of a ledger %s', (_how, but) => expectKept(LEDGER_PAGE, { ...PAGE, ...but }));

  it("a customer's id", () => expectKept(FOUND_CUSTOMER, { id, readAt }));

  it.each<[string, CustomerLookup | null]>([
    ['none', null],
    ['one', { ...LOOKUP, identifiers: [{ name: 'MOBILE', value: new Personal('mobile', '919999000001') }] }],
    [
      'one of an account',
      {
        ...LOOKUP,
        accountId: 'a-1',
        identifiers: [{ name: 'CARD_NUMBER', value: new Personal('card number', '0042') }],
      },
    ],
  ])("a customer's identifiers: %s", (_which, lookup) => {
    expectKept(CUSTOMER_IDENTIFIERS, { externalId, lookup, readAt });
    expectKept(CUSTOMER_IDENTIFIERS, { externalId: null, lookup, readAt });
  });
});
