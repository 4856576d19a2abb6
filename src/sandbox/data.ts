import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AMOUNT } from './amounts.ts';
import { contradictionsIn } from './contradictions.ts';
import { IDENTIFIERS, SOURCES } from './sources.ts';
import { readZonelessTime } from './zonelessTime.ts';

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

const data = z.strictObject({
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
export type SandboxData = z.infer<typeof data>;
export type CustomerData = z.infer<typeof customer>;
export type EntryData = z.infer<typeof entry>;
export type ProfileData = z.infer<typeof profile>;

/**
 * Reads and checks the data file that lies beside this module.
 *
 * @throws {Error} naming each place of the file that is wrong, and how
 */
export async function loadData(): Promise<SandboxData> {
  return parseData(await readFile(new URL('./data.json', import.meta.url), 'utf8'));
}

/**
 * The checked data of a file's text.
 *
 * @throws {Error} naming each place of the file that is wrong, and how
 */
export function parseData(text: string): SandboxData {
  let unchecked: unknown;
  try {
    unchecked = JSON.parse(text);
  } catch (error) {
    throw new Error(`The sandbox's data.json is no JSON: ${(error as Error).message}`, { cause: error });
  }
  const result = data.safeParse(unchecked);
  const problems = result.success
    ? contradictionsIn(result.data)
    : result.error.issues.map(({ path, message }) => `${placeOf(path)}: ${message}`);
  if (!result.success || problems.length > 0) {
    throw new Error(`The sandbox's data.json is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
  return result.data;
}

/** `customers[3].ledger[0].credit`: where in the file. */
function placeOf(path: readonly PropertyKey[]): string {
  const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return place.replace(/^\./, '') || 'the file';
}
