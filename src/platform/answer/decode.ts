import { z } from 'zod';
import type { PlatformAnswer } from './answer.ts';
import { badResponse } from './answer.ts';
import { parseCustomerId } from '../../domain/customer.ts';
import { parseDecimal, parseNumericId } from '../../domain/numbers.ts';
import { Personal } from '../../domain/personal.ts';
import { JsonNumber } from './json.ts';

/**
 * What the platform's bodies are made of. A number may come as a JSON number or as the same text in quotes: the
 * documents disagree, and both read exactly. Unknown fields are ignored, for the platform adds some.
 */

/** Runs a parser of ours over the digits of a number, or over text, and refuses what it does not take. */
function parsedBy<T>(parse: (text: string) => T | undefined, expected: string) {
  return z.transform((raw: unknown, context) => {
    const text = raw instanceof JsonNumber ? raw.text : raw;
    const value = typeof text === 'string' ? parse(text) : undefined;
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', message: expected, input: raw });
    return z.NEVER;
  });
}

/** A customer's id. */
export const customerId = parsedBy(parseCustomerId, 'expected a customer id');
/** A program's id. */
export const numericId = parsedBy(parseNumericId, 'expected an id');
/** An amount of points, exact. */
export const decimal = parsedBy(parseDecimal, 'expected a decimal number');
/** A number of things, from 0; exact, for it is below 2^31 (GraphQL's Int). */
export const count = parsedBy(
  (text) => (/^[0-9]{1,10}$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : undefined),
  'expected a count',
);
/** Text that may be absent, null or empty: null then. One step, for it stands in every row, and each step of zod costs. */
export const optionalText = optional((text) => text);
/** The brand's own reference of a customer. */
export const externalId = optional((text) => new Personal('external id', text));

function optional<T>(valueOf: (text: string) => T) {
  return z.transform((raw: unknown, context) => {
    if (raw === undefined || raw === null || raw === '') return null;
    if (typeof raw === 'string') return valueOf(raw);
    context.issues.push({ code: 'custom', message: 'expected text or null', input: raw });
    return z.NEVER;
  });
}

const token = z.object({
  data: z.object({
    // What may stand in a header (RFC 9110, field-value), nothing that would end one.
    accessToken: z.string().regex(/^[\x21-\x7e]{1,8192}$/),
    ttlSeconds: count.refine((seconds) => seconds > 0),
  }),
});

/** The token and its life in seconds. */
export function decodeToken(answer: PlatformAnswer): { accessToken: string; ttlSeconds: number } {
  return decode(token, answer).data;
}

/**
 * The body of an answer as `schema` describes it.
 *
 * @throws {PlatformProblem} `PLATFORM_BAD_RESPONSE` whose detail names the field, never its value; or what the answer says
 *   that an unusable body means
 */
export function decode<T>(schema: z.ZodType<T>, { body, facts, unusableMeans }: PlatformAnswer): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  if (unusableMeans !== undefined) throw unusableMeans;
  const field = result.error.issues[0]?.path.join('.') ?? '';
  throw badResponse(`unusable field: ${field}`, facts);
}
