import { z } from 'zod';
import type { Clock } from '../../domain/clock.ts';
import { CUSTOMER_SOURCES, type CustomerLookup } from '../../domain/customer.ts';
import type { LedgerPage } from '../../domain/ledger.ts';
import { Personal } from '../../domain/personal.ts';
import type { PointsBalance } from '../../domain/points.ts';
import { MAX_WARNINGS, warningOf } from '../../domain/warning.ts';
import type { Codec } from '../../store/redis.ts';
import type { CacheEntry } from './cacheEntry.ts';
import { count, customerId, decimal, numericId } from '../answer/decode.ts';
import type { CustomerIdentifiers, FoundCustomer } from '../endpoints/customer.ts';

/**
 * Answers as gateways write them down for each other: without the time they were given (the entry has it, on the shared
 * clock), warnings by their code. What does not have this very form is not there.
 */

/** One kind of answer: what is written of it, and the form it must have to be read. */
export interface SharedForm<Answer> {
  readonly encode: (answer: Answer) => unknown;
  readonly schema: z.ZodType<Omit<Answer, 'readAt'>>;
}

const warnings = z.array(count.transform(warningOf)).max(MAX_WARNINGS);
const externalId = z
  .string()
  .nullable()
  .transform((text) => (text === null ? null : new Personal('external id', text)));

export const POINTS_BALANCE: SharedForm<PointsBalance> = {
  encode: ({ entityId, readAt: _readAt, ...balance }) => ({
    ...balance,
    entityId: entityId.reveal(),
    warnings: balance.warnings.map(({ code }) => String(code)),
  }),
  schema: z.strictObject({
    entityId: customerId,
    entityType: z.enum(['CUSTOMER', 'FLEET']),
    totalPoints: decimal,
    mainPoints: decimal,
    promisedPoints: decimal,
    promisedPointsBreakup: z.strictObject({ delayedAccrualPoints: decimal, externalTriggerBasedPoints: decimal }),
    warnings,
  }),
};

export const LEDGER_PAGE: SharedForm<LedgerPage> = {
  encode: ({ owner, readAt: _readAt, ...page }) => ({
    ...page,
    owner: owner === null ? null : { id: owner.id.reveal(), externalId: owner.externalId?.reveal() ?? null },
    totalEntries: String(page.totalEntries),
    pageCount: String(page.pageCount),
    warnings: page.warnings.map(({ code }) => String(code)),
  }),
  schema: z.strictObject({
    owner: z.strictObject({ id: customerId, externalId }).nullable(),
    totalEntries: count,
    pageCount: count,
    rows: z.array(
      z.strictObject({
        pointsCategory: z.string(),
        programId: numericId,
        programName: z.string(),
        closingBalance: decimal,
        alternateCurrency: z.string().nullable(),
        alternateCurrencyCategory: z.string().nullable(),
      }),
    ),
    warnings,
  }),
};

export const FOUND_CUSTOMER: SharedForm<FoundCustomer> = {
  encode: ({ id }) => ({ id: id.reveal() }),
  schema: z.strictObject({ id: customerId }),
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

export const CUSTOMER_IDENTIFIERS: SharedForm<CustomerIdentifiers> = {
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

/** What two readings of Redis's clock may differ by. */
const MAX_AHEAD_MS = 1000;

const times = { askedAt: z.number().int(), receivedAt: z.number().int() };

/** An entry of the cache as it is written down. */
export function entryCodec<Answer extends { readonly readAt: Date }>(
  { encode, schema }: SharedForm<Answer>,
  clock: Clock,
): Codec<CacheEntry<Answer>> {
  const form = z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('answer'), ...times, answer: schema }),
    z.strictObject({ kind: z.literal('missing'), ...times, platformCode: z.number().int() }),
  ]);

  return {
    encode: (entry, toSharedMs) => ({
      kind: entry.kind,
      askedAt: toSharedMs(entry.askedAtMs),
      receivedAt: toSharedMs(entry.receivedAtMs),
      ...(entry.kind === 'answer' ? { answer: encode(entry.answer) } : { platformCode: entry.platformCode }),
    }),

    decode(json, toLocalMs) {
      const { data } = form.safeParse(json);
      if (data === undefined) return undefined;
      const receivedAtMs = toLocalMs(data.receivedAt);
      // Redis's clock was set back since it was written: how old it is, nobody knows.
      if (receivedAtMs > clock.monotonicMs() + MAX_AHEAD_MS) return undefined;
      const entryTimes = { askedAtMs: toLocalMs(data.askedAt), receivedAtMs };
      if (data.kind === 'missing') return { kind: 'missing', platformCode: data.platformCode, ...entryTimes };
      // By our own wall clock, which may not be the other gateway's.
      const readAt = new Date(clock.now() - (clock.monotonicMs() - receivedAtMs));
      return { kind: 'answer', answer: { ...data.answer, readAt } as unknown as Answer, ...entryTimes };
    },
  };
}
