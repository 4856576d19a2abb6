import {
  getArgumentValues,
  isObjectType,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { keyOfCustomerRef } from '../domain/customer.ts';
import {
  parseCustomerArgs,
  parseCustomersArgs,
  parseLedgerBalanceArgs,
  parseLookupArgs,
  parsePointsBalanceArgs,
} from './arguments.ts';
import { createFieldWalk } from './operationFields.ts';

/** What is asked about each customer of a selection, whoever they are: each distinct question under a short name. */
interface CustomerWishes {
  readonly calls: ReadonlySet<string>;
  /** Whether some read of it names the customer's id on the side. */
  readonly namesId: boolean;
  readonly readsLedger: boolean;
  readonly id: boolean;
  readonly externalId: boolean;
}

export interface PlanOptions {
  readonly ledgerPageSize: number;
  /** Whether an identifier may be anybody's; if not, the platform is asked first whose it is. */
  readonly mayReadAny: boolean;
}

/** Counted no further: whoever asks for this much is refused in any case. */
const MOST_COUNTED = 1000;

/**
 * How many platform calls an operation plans, when nothing is cached: each distinct balance once, and a ledger's pages
 * as far as `first` needs when they are full. Counted over variables, lists, aliases and fragments, without running
 * anything; its arguments must have been checked. More than {@link MOST_COUNTED} is that and one.
 *
 * Not in it: a page more where a ledger's pages hold few rows, a retry, the profile where a platform takes no ids.
 */
export function planCalls(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  { ledgerPageSize, mayReadAny }: PlanOptions,
): number {
  const walk = createFieldWalk(schema, document, variables);
  const query = schema.getQueryType();
  const customer = schema.getType('Customer');
  if (query === undefined || query === null || !isObjectType(customer)) return 0;
  const customerType = customer;
  const calls = new Set<string>();
  const wishesOf = new Map<SelectionSetNode, CustomerWishes>();
  // Questions and customers are long texts; under short names a hostile document costs little.
  const names = new Map<string, number>();

  for (const { type, node } of walk(query, operation.selectionSet)) {
    const definition = type.getFields()[node.name.value];
    if (definition === undefined || node.selectionSet === undefined) continue;
    const wishes = wishesIn(node.selectionSet);
    for (const key of customersOf(node, getArgumentValues(definition, node, variables))) {
      plan(key, wishes, node.name.value === 'customerByIdentifier');
      if (calls.size > MOST_COUNTED) return MOST_COUNTED + 1;
    }
  }
  return calls.size;

  function shortOf(text: string): number {
    const known = names.get(text) ?? names.size;
    names.set(text, known);
    return known;
  }

  function wishesIn(selectionSet: SelectionSetNode): CustomerWishes {
    const known = wishesOf.get(selectionSet);
    if (known !== undefined) return known;
    const wishes = { calls: new Set<string>(), namesId: false, readsLedger: false, id: false, externalId: false };
    for (const { type, node } of walk(customerType, selectionSet)) {
      const definition = type.getFields()[node.name.value];
      if (definition === undefined) continue;
      const args = getArgumentValues(definition, node, variables) as never;
      switch (node.name.value) {
        case 'id':
          wishes.id = true;
          break;
        case 'externalId':
          wishes.externalId = true;
          break;
        case 'pointsBalance': {
          const { program, entityType } = parsePointsBalanceArgs(args);
          wishes.calls.add(`balance ${program} ${entityType}`);
          wishes.namesId ||= entityType === 'CUSTOMER';
          break;
        }
        case 'ledgerBalance': {
          const { filter, first, after } = parseLedgerBalanceArgs(args);
          const start = after?.position.page ?? 0;
          const name = shortOf(JSON.stringify(filter));
          for (let page = 0; page * ledgerPageSize < first; page += 1)
            wishes.calls.add(`ledger ${name} ${start + page}`);
          wishes.namesId = true;
          wishes.readsLedger = true;
        }
      }
    }
    wishesOf.set(selectionSet, wishes);
    return wishes;
  }

  function plan(customerKey: string, wishes: CustomerWishes, isLookup: boolean): void {
    const name = shortOf(customerKey);
    for (const wish of wishes.calls) calls.add(`${name} ${wish}`);
    if (isLookup && (!mayReadAny || (wishes.id && !wishes.namesId))) calls.add(`${name} id`);
    if (wishes.externalId && !wishes.readsLedger) calls.add(`${name} external id`);
  }
}

/** The distinct customers that a field names, each by a key. */
function customersOf(node: FieldNode, args: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  return new Set(namedBy(node, args));
}

function namedBy(node: FieldNode, args: Readonly<Record<string, unknown>>): readonly string[] {
  switch (node.name.value) {
    case 'me':
      return ['me'];
    case 'customer':
      return [parseCustomerArgs(args as never).reveal()];
    case 'customers':
      return parseCustomersArgs(args as never).map((id) => id.reveal());
    case 'customerByIdentifier':
      return [keyOfCustomerRef({ by: 'lookup', lookup: parseLookupArgs(args as never) })];
    case '_entities':
      return representedIn(args['representations']);
    default:
      return [];
  }
}

/** Representations with an id that is none are refused one by one, by the resolver; they cost nothing. */
function representedIn(representations: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(representations) ? representations : [];
  return list.flatMap((each) => {
    const id = typeof each === 'object' && each !== null && 'id' in each ? each.id : undefined;
    const text = typeof id === 'number' ? String(id) : id;
    if (typeof text !== 'string') return [];
    try {
      return [parseCustomerArgs({ id: text }).reveal()];
    } catch {
      return [];
    }
  });
}
