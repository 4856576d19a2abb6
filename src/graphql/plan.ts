import {
  isObjectType,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
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
import type { DocumentShape, Variables } from './documentShape.ts';

/** What is asked about each customer of a selection, whoever they are: each distinct question under a short name. */
interface CustomerWishes {
  readonly calls: ReadonlySet<string>;
  /** Whether some read of it names the customer's id on the side. */
  readonly namesId: boolean;
  readonly readsLedger: boolean;
  readonly id: boolean;
  readonly externalId: boolean;
  /** Whether it is the same under all variables. */
  readonly isFixed: boolean;
}

/** A field of the root that names customers, and what is asked about each. */
interface RootWish {
  readonly definition: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
  readonly wishes: CustomerWishes;
}

export interface PlanOptions {
  readonly ledgerPageSize: number;
  /** Whether an identifier may be anybody's; if not, the platform is asked first whose it is. */
  readonly mayReadAny: boolean;
}

/** Counts the platform calls of an operation under these variables, coerced. Its arguments must have been checked. */
export type PlanCalls = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
  options: Pick<PlanOptions, 'mayReadAny'>,
) => number;

/** Counted no further: whoever asks for this much is refused in any case. */
const MOST_COUNTED = 1000;

/**
 * How many platform calls an operation plans, when nothing is cached: each distinct balance once, and a ledger's pages
 * as far as `first` needs when they are full. Counted over variables, lists, aliases and fragments, without running
 * anything. More than {@link MOST_COUNTED} is that and one.
 *
 * What is asked about each customer is worked out once for a document where no variable has a say in it.
 *
 * Not in it: a page more where a ledger's pages hold few rows, a retry, the profile where a platform takes no ids.
 */
export function createPlan(
  schema: GraphQLSchema,
  shapeOf: (document: DocumentNode) => DocumentShape,
  { ledgerPageSize }: Pick<PlanOptions, 'ledgerPageSize'>,
): PlanCalls {
  const fixed = new WeakMap<OperationDefinitionNode, readonly RootWish[]>();

  return (document, operation, variables, { mayReadAny }) => {
    const shape = shapeOf(document);
    const roots = fixed.get(operation) ?? rootWishes(schema, shape, operation, variables, ledgerPageSize, fixed);
    const argumentsOf = (root: RootWish) => shape.argumentsOf(root, variables);
    const [only] = roots;
    if (only === undefined) return 0;
    if (roots.length === 1) {
      const each = callsOf(only, mayReadAny).length;
      return Math.min(each * numberOf(only.node, argumentsOf(only)), MOST_COUNTED + 1);
    }
    const calls = new Set<string>();
    const shortOf = createNames();
    for (const root of roots) {
      const wished = callsOf(root, mayReadAny);
      for (const key of customersOf(root.node, argumentsOf(root))) {
        // Customers are long texts; under short names a hostile document costs little.
        const name = shortOf(key);
        for (const wish of wished) calls.add(`${name} ${wish}`);
        if (calls.size > MOST_COUNTED) return MOST_COUNTED + 1;
      }
    }
    return calls.size;
  };
}

function createNames(): (text: string) => number {
  const names = new Map<string, number>();
  return (text) => {
    const known = names.get(text) ?? names.size;
    names.set(text, known);
    return known;
  };
}

function rootWishes(
  schema: GraphQLSchema,
  shape: DocumentShape,
  operation: OperationDefinitionNode,
  variables: Variables,
  ledgerPageSize: number,
  fixed: WeakMap<OperationDefinitionNode, readonly RootWish[]>,
): readonly RootWish[] {
  const query = schema.getQueryType();
  const customer = schema.getType('Customer');
  if (query === undefined || query === null || !isObjectType(customer)) return [];
  const customerType = customer;
  const wishesOf = new Map<SelectionSetNode, CustomerWishes>();
  // Questions are long texts too.
  const shortOf = createNames();
  const walked = shape.fieldsOf(query, operation.selectionSet, variables);
  const roots = walked.values.flatMap(({ type, node }) => {
    const definition = type.getFields()[node.name.value];
    if (definition === undefined || node.selectionSet === undefined) return [];
    return [{ definition, node, wishes: wishesIn(node.selectionSet) }];
  });
  if (walked.isFixed && roots.every(({ wishes }) => wishes.isFixed)) fixed.set(operation, roots);
  return roots;

  function wishesIn(selectionSet: SelectionSetNode): CustomerWishes {
    const known = wishesOf.get(selectionSet);
    if (known !== undefined) return known;
    const { values, isFixed } = shape.fieldsOf(customerType, selectionSet, variables);
    const wishes = {
      calls: new Set<string>(),
      namesId: false,
      readsLedger: false,
      id: false,
      externalId: false,
      isFixed,
    };
    for (const { type, node } of values) {
      const definition = type.getFields()[node.name.value];
      if (definition === undefined) continue;
      const args = shape.argumentsOf({ definition, node }, variables) as never;
      wishes.isFixed &&= shape.isFixed(node);
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
}

/** The calls for each customer of a field. */
function callsOf({ node, wishes }: RootWish, mayReadAny: boolean): readonly string[] {
  const isLookup = node.name.value === 'customerByIdentifier';
  const asksId = isLookup && (!mayReadAny || (wishes.id && !wishes.namesId));
  const asksExternalId = wishes.externalId && !wishes.readsLedger;
  return [...wishes.calls, ...(asksId ? ['id'] : []), ...(asksExternalId ? ['external id'] : [])];
}

/** How many distinct customers a field names. */
function numberOf(node: FieldNode, args: Variables): number {
  return ONE_CUSTOMER.has(node.name.value) ? 1 : customersOf(node, args).size;
}

const ONE_CUSTOMER: ReadonlySet<string> = new Set(['me', 'customer', 'customerByIdentifier']);

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
