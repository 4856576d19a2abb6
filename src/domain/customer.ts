import { badUserInput } from './errors.ts';
import { parseNumericId } from './numbers.ts';
import { Personal } from './personal.ts';

/** The platform's id of a customer: a 64-bit number, digit for digit. */
export type CustomerId = Personal<'customer id'>;

/** The kinds of identifiers, as the schema names them. */
export type IdentifierName = 'MOBILE' | 'EMAIL' | 'EXTERNAL_ID' | 'CARD_NUMBER' | 'CARD_EXTERNAL_ID';

/** The sources a customer can be registered in, as the schema and the platform name them. */
export const CUSTOMER_SOURCES = [
  'INSTORE',
  'MARTJACK',
  'WECHAT',
  'FACEBOOK',
  'WEB_ENGAGE',
  'TMALL',
  'TAOBAO',
  'JD',
  'ECOMMERCE',
  'WEBSITE',
  'LINE',
  'ALL',
] as const;

/** One of {@link CUSTOMER_SOURCES}. */
export type CustomerSource = (typeof CUSTOMER_SOURCES)[number];

/** An identifier, normalised. */
export interface Identifier {
  readonly name: IdentifierName;
  readonly value: Personal;
}

/** Identifiers of one customer within one source; each name once, in a fixed order. */
export interface CustomerLookup {
  readonly source: CustomerSource;
  /** Which account of the source; undefined where it has one. */
  readonly accountId: string | undefined;
  readonly identifiers: readonly Identifier[];
}

/** How a customer was named: by the platform's id, or by what the brand knows of them. */
export type CustomerRef =
  { readonly by: 'id'; readonly id: CustomerId } | { readonly by: 'lookup'; readonly lookup: CustomerLookup };

/** The customer id that `text` spells; undefined unless it is 1 to 19 digits without a leading zero, below 2^63. */
export function parseCustomerId(text: string): CustomerId | undefined {
  return parseNumericId(text) === undefined ? undefined : new Personal('customer id', text);
}

/** {@link parseCustomerId} for an argument of the caller's. @throws {GatewayError} `BAD_USER_INPUT` naming `argument` */
export function customerIdOf(text: string, argument: string): CustomerId {
  const id = parseCustomerId(text);
  if (id === undefined) throw badUserInput(`${argument} must be a customer id: 1 to 19 digits, as text.`);
  return id;
}

/** A text that is the same for two references exactly when they name a customer the same way. Personal data. */
export function keyOfCustomerRef(ref: CustomerRef): string {
  if (ref.by === 'id') return ref.id.reveal();
  const { source, accountId, identifiers } = ref.lookup;
  return JSON.stringify([source, accountId ?? null, identifiers.map(({ name, value }) => [name, value.reveal()])]);
}
