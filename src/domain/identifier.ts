import type { CustomerLookup, CustomerSource, Identifier, IdentifierName } from './customer.ts';
import { badUserInput } from './errors.ts';
import { Personal, type PersonalKind } from './personal.ts';

/** The order identifiers are sent in, so that two spellings of one lookup are one read. */
const ORDER: readonly IdentifierName[] = ['MOBILE', 'EMAIL', 'EXTERNAL_ID', 'CARD_NUMBER', 'CARD_EXTERNAL_ID'];

const KINDS: Readonly<Record<IdentifierName, PersonalKind>> = {
  MOBILE: 'mobile',
  EMAIL: 'e-mail',
  EXTERNAL_ID: 'external id',
  CARD_NUMBER: 'card number',
  CARD_EXTERNAL_ID: 'card external id',
};

const MAX_LENGTH = 254;
/** Control, format and separator characters: invisible, so two identifiers that look alike would differ by them. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u;

/**
 * A text the platform takes as one value: trimmed, 1 to 254 characters, nothing invisible, and no comma, because the
 * platform reads a comma as the start of a second value.
 *
 * @throws {GatewayError} `BAD_USER_INPUT` naming `argument`
 */
export function singleValueOf(text: string, argument: string): string {
  // Bounded before any pattern sees it.
  if (text.length > MAX_LENGTH) throw badUserInput(`${argument} is longer than ${MAX_LENGTH} characters.`);
  const value = text.trim();
  if (value === '' || value.includes(',') || INVISIBLE.test(value)) {
    throw badUserInput(`${argument} must be text without commas or invisible characters.`);
  }
  return value;
}

/**
 * One identifier in the one form we ask by. Mobiles become digits (`+91 99990-00001` is `919999000001`), an e-mail's
 * domain becomes lower case; the rest stays as typed, for the platform may tell cases apart.
 *
 * @throws {GatewayError} `BAD_USER_INPUT` when it cannot be an identifier of that kind
 */
export function normaliseIdentifier(name: IdentifierName, text: string): Identifier {
  const value = singleValueOf(text, `An identifier's value (${name})`);
  return { name, value: new Personal(KINDS[name], formOf(name, value)) };
}

function formOf(name: IdentifierName, value: string): string {
  switch (name) {
    case 'MOBILE': {
      const digits = value.replace(/^\+/, '').replace(/[ .()-]/g, '');
      if (!/^[0-9]{4,20}$/.test(digits)) throw badUserInput('A mobile must have 4 to 20 digits.');
      return digits;
    }
    case 'EMAIL': {
      const at = value.lastIndexOf('@');
      const domain = value.slice(at + 1);
      if (at < 1 || domain === '' || /\s/.test(value)) throw badUserInput('An e-mail must have the form name@domain.');
      return `${value.slice(0, at)}@${domain.toLowerCase()}`;
    }
    default:
      return value;
  }
}

/** What a caller gives to name a customer by identifiers. */
export interface LookupArguments {
  readonly identifiers: readonly { readonly name: IdentifierName; readonly value: string }[];
  readonly source: CustomerSource;
  readonly accountId?: string | null | undefined;
}

/**
 * A lookup in its one form: identifiers normalised and in a fixed order.
 *
 * @throws {GatewayError} `BAD_USER_INPUT` for no identifier, one name twice, or a malformed value
 */
export function normaliseLookup({ identifiers, source, accountId }: LookupArguments): CustomerLookup {
  if (identifiers.length === 0) throw badUserInput('lookup.identifiers must hold at least one identifier.');
  if (new Set(identifiers.map(({ name }) => name)).size !== identifiers.length) {
    throw badUserInput('lookup.identifiers must hold each name at most once.');
  }
  return {
    source,
    accountId: accountId === null || accountId === undefined ? undefined : singleValueOf(accountId, 'lookup.accountId'),
    identifiers: identifiers
      .map(({ name, value }) => normaliseIdentifier(name, value))
      .toSorted((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name)),
  };
}
