import * as z from 'zod';
import { AMOUNT } from './amounts.ts';
import { IDENTIFIERS, SOURCES } from './sources.ts';
import { readZonelessTime } from './zonelessTime.ts';

/** The form of `data.json`. */

const customerId = z.string().regex(/^[1-9]\d{0,18}$/, 'expected an id: digits, as a string');
const shortId = z.int().positive();
const time = z
  .string()
  .refine((text) => readZonelessTime(text) !== null, 'expected YYYY-MM-DDThh:mm:ss (UTC, no zone)');
const amount = z.string().regex(AMOUNT, 'expected an amount as a string, at most three decimals');
const unsigned = amount.refine((text) => !text.startsWith('-'), 'expected no sign: debit and credit say which way');

const entry = z
  .strictObject({
    at: time.describe('When it was written, UTC.'),
    program: shortId,
    category: z.enum(['REGULAR', 'PROMISED', 'TRIGGER_BASED']).optional(),
    currency: z.string().optional().describe('An alternate currency of the program, in place of a category.'),
    opening: amount.optional(),
    credit: unsigned.optional(),
    debit: unsigned.optional(),
    till: shortId.optional(),
  })
  .refine(
    ({ category, currency }) => (category === undefined) !== (currency === undefined),
    'expected either a category or a currency',
  )
  .refine(
    ({ opening, credit, debit }) => [opening, credit, debit].filter((text) => text !== undefined).length === 1,
    'expected one of opening, credit and debit',
  );

const profile = z.strictObject({
  source: z.enum(SOURCES),
  accountId: z.string().min(1).optional(),
  identifiers: z.partialRecord(z.enum(IDENTIFIERS), z.string().min(1)),
});

const customer = z.strictObject({
  id: customerId,
  shows: z.string().min(10).describe('Which case this customer is there for, in one sentence.'),
  firstName: z.string(),
  lastName: z.string(),
  mergedInto: customerId.optional().describe('The survivor, when this customer is the victim of a merge.'),
  profiles: z.array(profile).min(1),
  ledger: z.array(entry),
});

/** The whole file. */
export const dataShape = z.strictObject({
  about: z.array(z.string()),
  primaryIdentifier: z.enum(IDENTIFIERS).describe('The one that alone can tell customers apart who share another.'),
  accounts: z.partialRecord(z.enum(SOURCES), z.array(z.string().min(1)).min(2)),
  programs: z.array(z.strictObject({ id: shortId, name: z.string(), default: z.boolean().optional() })).min(1),
  tills: z.array(z.strictObject({ id: shortId, program: shortId })),
  currencies: z.array(z.strictObject({ name: z.string().regex(/^[^,]+$/), program: shortId })),
  fleets: z.array(z.strictObject({ id: shortId, name: z.string(), members: z.array(customerId).min(1) })),
  customers: z.array(customer).min(2),
});

/** The data file as it is written: amounts are decimal texts, times zone-less UTC, customer ids digit strings. */
export type SandboxData = z.infer<typeof dataShape>;
export type CustomerData = z.infer<typeof customer>;
export type EntryData = z.infer<typeof entry>;
export type ProfileData = z.infer<typeof profile>;
