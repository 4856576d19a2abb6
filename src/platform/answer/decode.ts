import * as z from 'zod';
import { badResponse, isObject, type PlatformAnswer } from './answer.ts';
import { parseCustomerId } from '../../domain/customer.ts';
import { parseDecimal, parseNumericId } from '../../domain/numbers.ts';
import { Personal } from '../../domain/personal.ts';
import { JsonNumber } from './json.ts';

/**
 * What the platform's bodies are made of. A number may come as a JSON number or as the same text in quotes: the
 * documents disagree, and both read exactly. Unknown fields are ignored, for the platform adds some.
 */

/** What a raw value says; undefined where it does not say what is expected. */
export interface Field<T> {
  readonly expected: string;
  readonly read: (raw: unknown) => T | undefined;
}

/** A parser of ours over the digits of a number, or over text. */
function textual<T>(parse: (text: string) => T | undefined, expected: string): Field<T> {
  return {
    expected,
    read(raw) {
      const text = raw instanceof JsonNumber ? raw.text : raw;
      return typeof text === 'string' ? parse(text) : undefined;
    },
  };
}

/** Text that may be absent, null or empty: null then. */
function optional<T>(valueOf: (text: string) => T): Field<T | null> {
  return {
    expected: 'text or null',
    read(raw) {
      if (raw === undefined || raw === null || raw === '') return null;
      return typeof raw === 'string' ? valueOf(raw) : undefined;
    },
  };
}

/** The fields of what stands in an answer many times. */
export const FIELDS = {
  object: { expected: 'an object', read: (raw: unknown) => (isObject(raw) ? raw : undefined) },
  text: { expected: 'text', read: (raw: unknown) => (typeof raw === 'string' ? raw : undefined) },
  optionalText: optional((text) => text),
  numericId: textual(parseNumericId, 'an id'),
  decimal: textual(parseDecimal, 'a decimal number'),
} as const;

/** What a raw value says. @param name of its field in a row, for the log where it says something else; null where it is no field */
export function take<T>(raw: unknown, { read, expected }: Field<T>, name: string | null): T {
  const value = read(raw);
  if (value === undefined) throw new Unusable(name, expected);
  return value;
}

/** `build` {@link take | takes} all of a raw value in one step of zod, each of which has its price. */
export function inOneStep<T>(build: (raw: unknown) => T) {
  return z.transform((raw: unknown, context) => {
    try {
      return build(raw);
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      context.issues.push({ code: 'custom', message: error.message, input: raw, path: error.path });
      return z.NEVER;
    }
  });
}

/** One field alone. */
function single<T>(field: Field<T>) {
  return inOneStep((raw) => take(raw, field, null));
}

class Unusable extends Error {
  readonly path: string[];

  constructor(field: string | null, expected: string) {
    super(`expected ${expected}`);
    this.path = field === null ? [] : [field];
  }
}

/** A customer's id. */
export const customerId = single(textual(parseCustomerId, 'a customer id'));
/** An amount of points, exact. */
export const decimal = single(FIELDS.decimal);
/** A number of things, from 0; exact, for it is below 2^31 (GraphQL's Int). */
export const count = single(
  textual((text) => (/^[0-9]{1,10}$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : undefined), 'a count'),
);
/** The brand's own reference of a customer. */
export const externalId = single(optional((text) => new Personal('external id', text)));

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
