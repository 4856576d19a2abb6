import { z } from 'zod';
import { CUSTOMER_SOURCES, type CustomerLookup } from '../../domain/customer.ts';
import type { LedgerPage, LedgerRow } from '../../domain/ledger.ts';
import { Personal } from '../../domain/personal.ts';
import type { PointsBalance } from '../../domain/points.ts';
import { MAX_WARNINGS, warningOf, type Warning } from '../../domain/warning.ts';
import { customerId, decimal, numericId } from '../answer/decode.ts';
import type { CustomerIdentifiers, FoundCustomer } from '../endpoints/customer.ts';

/**
 * Answers as they are written down, in memory and for other gateways: values in a fixed order, for their names would be
 * most of the text; warnings by their code; without the time they were given. What does not have this very form is not
 * there.
 */

/** One kind of answer: what is written of it, and the form it must have to be read. */
export interface AnswerForm<Answer> {
  /** What JSON can hold. */
  readonly encode: (answer: Answer) => unknown;
  readonly schema: z.ZodType<Omit<Answer, 'readAt'>>;
}

/** What was read of an answer, and when the platform gave it. */
export function answerWith<Answer>(read: Omit<Answer, 'readAt'>, readAt: Date): Answer {
  return { ...read, readAt } as unknown as Answer;
}

const count = z.int32().nonnegative();
const warnings = z.array(count.transform(warningOf)).max(MAX_WARNINGS);
const codesOf = (all: readonly Warning[]) => all.map(({ code }) => code);
const externalId = z
  .string()
  .nullable()
  .transform((text) => (text === null ? null : new Personal('external id', text)));

export const POINTS_BALANCE: AnswerForm<PointsBalance> = {
  encode: ({
    entityId,
    entityType,
    totalPoints,
    mainPoints,
    promisedPoints,
    promisedPointsBreakup: breakup,
    ...rest
  }) => [
    entityId.reveal(),
    entityType,
    totalPoints,
    mainPoints,
    promisedPoints,
    breakup.delayedAccrualPoints,
    breakup.externalTriggerBasedPoints,
    codesOf(rest.warnings),
  ],
  schema: z
    .tuple([customerId, z.enum(['CUSTOMER', 'FLEET']), decimal, decimal, decimal, decimal, decimal, warnings])
    .transform(([entityId, entityType, totalPoints, mainPoints, promisedPoints, delayed, triggered, all]) => ({
      entityId,
      entityType,
      totalPoints,
      mainPoints,
      promisedPoints,
      promisedPointsBreakup: { delayedAccrualPoints: delayed, externalTriggerBasedPoints: triggered },
      warnings: all,
    })),
};

const owner = z.tuple([customerId, externalId]).transform(([id, external]) => ({ id, externalId: external }));
const ledgerRow = z
  .tuple([z.string(), numericId, z.string(), decimal, z.string().nullable(), z.string().nullable()])
  .transform(
    ([
      pointsCategory,
      programId,
      programName,
      closingBalance,
      alternateCurrency,
      alternateCurrencyCategory,
    ]): LedgerRow => ({
      pointsCategory,
      programId,
      programName,
      closingBalance,
      alternateCurrency,
      alternateCurrencyCategory,
    }),
  );

/** In the place of a value that the row above has too: categories and currencies seldom change from row to row. */
const SAME = 0;

/** In the order that {@link ledgerRow} reads them in. */
function writeRows(rows: readonly LedgerRow[]): unknown[] {
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

function fillRows(rows: readonly (readonly unknown[])[]): unknown[] {
  let above: readonly unknown[] = [];
  return rows.map((row) => (above = row.map((value, index) => (value === SAME ? above[index] : value))));
}

const ledgerRows = z.array(z.array(z.unknown())).transform(fillRows).pipe(z.array(ledgerRow));

export const LEDGER_PAGE: AnswerForm<LedgerPage> = {
  encode: ({ owner: whose, totalEntries, pageCount, rows, warnings: all }) => [
    whose === null ? null : [whose.id.reveal(), whose.externalId?.reveal() ?? null],
    totalEntries,
    pageCount,
    writeRows(rows),
    codesOf(all),
  ],
  schema: z
    .tuple([owner.nullable(), count, count, ledgerRows, warnings])
    .transform(([whose, totalEntries, pageCount, rows, all]) => ({
      owner: whose,
      totalEntries,
      pageCount,
      rows,
      warnings: all,
    })),
};

export const FOUND_CUSTOMER: AnswerForm<FoundCustomer> = {
  encode: ({ id }) => [id.reveal()],
  schema: z.tuple([customerId]).transform(([id]) => ({ id })),
};

const identifier = z.union([
  identifierOf('MOBILE', 'mobile'),
  identifierOf('EMAIL', 'e-mail'),
  identifierOf('EXTERNAL_ID', 'external id'),
  identifierOf('CARD_NUMBER', 'card number'),
  identifierOf('CARD_EXTERNAL_ID', 'card external id'),
]);

function identifierOf<Name extends CustomerLookup['identifiers'][number]['name']>(name: Name, kind: Personal['kind']) {
  return z.strictObject({ name: z.literal(name), value: z.string().transform((text) => new Personal(kind, text)) });
}

export const CUSTOMER_IDENTIFIERS: AnswerForm<CustomerIdentifiers> = {
  encode: ({ externalId: external, lookup }) => ({
    externalId: external?.reveal() ?? null,
    lookup: lookup === null ? null : writtenLookup(lookup),
  }),
  schema: z.strictObject({
    externalId,
    lookup: z
      .strictObject({
        source: z.enum(CUSTOMER_SOURCES),
        accountId: z.string().nullable(),
        identifiers: z.array(identifier),
      })
      .transform(({ accountId, ...lookup }): CustomerLookup => ({ ...lookup, accountId: accountId ?? undefined }))
      .nullable(),
  }),
};

function writtenLookup({ source, accountId, identifiers }: CustomerLookup) {
  const written = identifiers.map(({ name, value }) => ({ name, value: value.reveal() }));
  return { source, accountId: accountId ?? null, identifiers: written };
}
