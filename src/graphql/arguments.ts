import { customerIdOf, type CustomerId, type CustomerLookup } from '../domain/customer.ts';
import { badUserInput } from '../domain/errors.ts';
import { normaliseLookup, singleValueOf } from '../domain/identifier.ts';
import { WHOLE_LEDGER, type LedgerFilter } from '../domain/ledger.ts';
import { parseLocalDateTime } from '../domain/localDateTime.ts';
import { parseNumericId, type NumericId } from '../domain/numbers.ts';
import type { EntityType, ProgramChoice } from '../domain/points.ts';
import type {
  CustomerLedgerBalanceArgs,
  CustomerPointsBalanceArgs,
  InputMaybe,
  LedgerBalanceFilter,
  QueryCustomerArgs,
  QueryCustomerByIdentifierArgs,
  QueryCustomersArgs,
} from '../generated/resolvers-types.ts';
import { decodeCursor, type LedgerCursor } from './cursor.ts';

/**
 * The graph's arguments, checked and in the one form the rest of the gateway knows. Each is run twice: over a whole
 * operation before it starts, so that nothing is asked of the platform for one that has a bad argument, and by the
 * resolver that uses it.
 *
 * All throw {GatewayError} `BAD_USER_INPUT` that names the argument and its rule.
 */

const MAX_CUSTOMERS = 100;
const MAX_IDENTIFIERS = 5;
const MAX_ROWS = 100;
const MAX_CURRENCIES = 50;

/** `Query.customer(id:)`. */
export function parseCustomerArgs({ id }: QueryCustomerArgs): CustomerId {
  return customerIdOf(id, 'id');
}

/** `Query.customers(ids:)`: 0 to 100 ids, in the order given. */
export function parseCustomersArgs({ ids }: QueryCustomersArgs): readonly CustomerId[] {
  if (ids.length > MAX_CUSTOMERS) throw badUserInput(`ids must hold at most ${MAX_CUSTOMERS} ids, not ${ids.length}.`);
  return ids.map((id) => customerIdOf(id, 'Each of ids'));
}

/** `Query.customerByIdentifier(lookup:)`. */
export function parseLookupArgs({ lookup }: QueryCustomerByIdentifierArgs): CustomerLookup {
  const { length } = lookup.identifiers;
  if (length > MAX_IDENTIFIERS) {
    throw badUserInput(`lookup.identifiers must hold at most ${MAX_IDENTIFIERS} identifiers, not ${length}.`);
  }
  return normaliseLookup(lookup);
}

/** `Customer.pointsBalance`: `allPrograms: true` drops `programId`. */
export function parsePointsBalanceArgs(args: CustomerPointsBalanceArgs): {
  readonly program: ProgramChoice;
  readonly entityType: EntityType;
  readonly maxAgeMs: number | undefined;
} {
  const maxAgeMs = maxAgeMsOf(args.maxAge);
  const programId = optionalIdOf(args.programId, 'programId');
  return { program: args.allPrograms ? 'all' : (programId ?? 'default'), entityType: args.entityType, maxAgeMs };
}

/** `Customer.ledgerBalance`. Whether the cursor is of this customer and filter is checked where both are known. */
export function parseLedgerBalanceArgs({ filter, first, after, maxAge }: CustomerLedgerBalanceArgs): {
  readonly filter: LedgerFilter;
  readonly first: number;
  readonly after: LedgerCursor | null;
  readonly maxAgeMs: number | undefined;
} {
  if (first < 1 || first > MAX_ROWS) throw badUserInput(`first must be 1 to ${MAX_ROWS}, not ${first}.`);
  return {
    filter: filter === null || filter === undefined ? WHOLE_LEDGER : filterOf(filter),
    first,
    after: after === null || after === undefined ? null : decodeCursor(after),
    maxAgeMs: maxAgeMsOf(maxAge),
  };
}

function filterOf(filter: LedgerBalanceFilter): LedgerFilter {
  return {
    endDate: typeof filter.endDate === 'string' ? parseLocalDateTime(filter.endDate) : undefined,
    tillId: optionalIdOf(filter.tillId, 'filter.tillId'),
    includeTillConceptEvents: filter.includeTillConceptEvents ?? false,
    ledgerEntryType: filter.ledgerEntryType ?? undefined,
    pointCategoryType: filter.pointCategoryType ?? undefined,
    alternateCurrencies: alternateCurrenciesOf(filter),
  };
}

function alternateCurrenciesOf({
  alternateCurrencyNames: names,
  includeAlternateCurrencies: includeAll,
}: LedgerBalanceFilter): LedgerFilter['alternateCurrencies'] {
  if (names === null || names === undefined) return includeAll === true ? 'all' : 'none';
  if (includeAll === true) {
    throw badUserInput('filter.alternateCurrencyNames does not go together with includeAlternateCurrencies: true.');
  }
  if (names.length === 0 || names.length > MAX_CURRENCIES) {
    throw badUserInput(`filter.alternateCurrencyNames must hold 1 to ${MAX_CURRENCIES} names.`);
  }
  const values = names.map((name) => singleValueOf(name, 'Each of filter.alternateCurrencyNames'));
  return [...new Set(values)].toSorted();
}

function optionalIdOf(text: InputMaybe<string>, argument: string): NumericId | undefined {
  if (text === null || text === undefined) return undefined;
  const id = parseNumericId(text);
  if (id === undefined) throw badUserInput(`${argument} must be an id of the platform: 1 to 19 digits.`);
  return id;
}

function maxAgeMsOf(maxAge: InputMaybe<number>): number | undefined {
  if (maxAge === null || maxAge === undefined) return undefined;
  if (maxAge < 0) throw badUserInput('maxAge must be 0 or more seconds.');
  return maxAge * 1000;
}
