import * as z from 'zod';
import {
  CUSTOMER_SOURCES,
  type CustomerId,
  type CustomerLookup,
  type CustomerSource,
  type IdentifierName,
} from '../../domain/customer.ts';
import { normaliseIdentifier } from '../../domain/identifier.ts';
import type { ReadContext } from '../../domain/operation.ts';
import { Personal } from '../../domain/personal.ts';
import type { PlatformAnswer } from '../answer/answer.ts';
import type { PlatformCall } from '../client/call.ts';
import { customerId, decode } from '../answer/decode.ts';
import { assertAnswersFor } from './owner.ts';
import { lookupParamsOf } from './lookupParams.ts';

/** A customer's id, and when the platform named it. */
export interface FoundCustomer {
  readonly id: CustomerId;
  readonly readAt: Date;
}

const found = z.object({ entity: customerId });

/**
 * Finds a customer's id: `GET /v2/customers/lookup`.
 *
 * @throws {PlatformProblem} `CUSTOMER_NOT_FOUND`, `INVALID_LOOKUP`, or the client's own `PLATFORM_*`
 * @see https://docs.capillarytech.com/reference/get-customer-id
 */
export function fetchCustomerId(
  call: PlatformCall,
  lookup: CustomerLookup,
  context: ReadContext,
): Promise<FoundCustomer> {
  const request = { endpoint: 'lookup', path: 'v2/customers/lookup', searchParams: lookupParamsOf(lookup) } as const;
  return call(request, context, (answer) => ({ id: decode(found, answer).entity, readAt: answer.readAt }));
}

/** What of a customer's profile helps to name them: the rest is personal data that nobody here asked for. */
export interface CustomerIdentifiers {
  readonly externalId: Personal<'external id'> | null;
  /** The identifier to ask the ledger by, in the source it is known in; null when the profile names none. */
  readonly lookup: CustomerLookup | null;
  readonly readAt: Date;
}

/** Best first: the external id is the brand's own and rarely moves to another customer; an e-mail does. */
const PREFERENCE: readonly (readonly [type: string, name: IdentifierName])[] = [
  ['externalid', 'EXTERNAL_ID'],
  ['cardnumber', 'CARD_NUMBER'],
  ['mobile', 'MOBILE'],
  ['email', 'EMAIL'],
];

const profile = z.object({
  source: z.string().transform((source) => source.toUpperCase()),
  accountId: z.string().nullish(),
  identifiers: z.array(z.object({ type: z.string(), value: z.string() })).nullish(),
});
const details = z.object({ id: customerId, profiles: z.array(profile) });

/**
 * Reads which identifiers a customer has: `GET /v2/customers/{customerId}`, without any of its heavy parts.
 *
 * @throws {PlatformProblem} `CUSTOMER_NOT_FOUND`, or the client's own `PLATFORM_*`; `PLATFORM_BAD_RESPONSE` when the
 *   profile is another customer's
 * @see https://docs.capillarytech.com/reference/get-customer-details
 */
export function fetchCustomerIdentifiers(
  call: PlatformCall,
  id: CustomerId,
  context: ReadContext,
): Promise<CustomerIdentifiers> {
  const path = `v2/customers/${encodeURIComponent(id.reveal())}`;
  const request = { endpoint: 'customer', path, searchParams: { source: 'ALL' } } as const;
  return call(request, context, (answer) => decodeIdentifiers(answer, id));
}

function decodeIdentifiers(answer: PlatformAnswer, id: CustomerId): CustomerIdentifiers {
  const { id: answered, profiles } = decode(details, answer);
  assertAnswersFor({ by: 'id', id }, answered, answer);
  const known = profiles
    .filter(({ source }) => isSource(source))
    .flatMap(({ source, accountId, identifiers }) =>
      (identifiers ?? []).map(({ type, value }) => ({ source, accountId, type: type.toLowerCase(), value })),
    )
    .filter(({ value }) => value !== '');
  const externalId = known.find(({ type }) => type === 'externalid')?.value;

  for (const [type, name] of PREFERENCE) {
    for (const { source, accountId, value } of known.filter((each) => each.type === type)) {
      const identifier = usable(name, value);
      if (identifier === undefined) continue;
      const lookup = {
        source: source as CustomerSource,
        accountId: accountId === null || accountId === '' ? undefined : accountId,
        identifiers: [identifier],
      };
      return { externalId: personal(externalId), lookup, readAt: answer.readAt };
    }
  }
  return { externalId: personal(externalId), lookup: null, readAt: answer.readAt };
}

/** A source that an identifier can be asked in; the platform has some more. */
function isSource(source: string): boolean {
  return source !== 'ALL' && (CUSTOMER_SOURCES as readonly string[]).includes(source);
}

/** The identifier, unless it cannot be asked by (a comma in it would read as two). */
function usable(name: IdentifierName, value: string) {
  try {
    return normaliseIdentifier(name, value);
  } catch {
    return undefined;
  }
}

function personal(externalId: string | undefined): Personal<'external id'> | null {
  return externalId === undefined ? null : new Personal('external id', externalId);
}
