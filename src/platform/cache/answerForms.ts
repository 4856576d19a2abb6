import * as z from 'zod';
import { CUSTOMER_SOURCES, type CustomerLookup } from '../../domain/customer.ts';
import type { LedgerPage } from '../../domain/ledger.ts';
import { Personal } from '../../domain/personal.ts';
import type { PointsBalance } from '../../domain/points.ts';
import { MAX_WARNINGS, warningOf, type Warning } from '../../domain/warning.ts';
import { customerId, decimal } from '../answer/decode.ts';
import type { CustomerIdentifiers, FoundCustomer } from '../endpoints/customer.ts';
import { ledgerRows, writeRows } from './ledgerRows.ts';

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
    warnings: all,
  }) => [
    entityId.reveal(),
    entityType,
    totalPoints,
    mainPoints,
    promisedPoints,
    breakup.delayedAccrualPoints,
    breakup.externalTriggerBasedPoints,
    codesOf(all),
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
