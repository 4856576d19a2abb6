import {
  getArgumentValues,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { keyOfCustomerRef, type CustomerRef } from '../domain/customer.ts';
import { keyOfLedgerPage } from '../domain/ledger.ts';
import { keyOfPointsBalance } from '../domain/points.ts';
import {
  parseCustomerArgs,
  parseCustomersArgs,
  parseLedgerBalanceArgs,
  parseLookupArgs,
  parsePointsBalanceArgs,
} from './arguments.ts';
import { createFieldWalk } from './operationFields.ts';

/** What is asked about each customer of a selection: whoever they are, it is the same. */
interface CustomerWishes {
  readonly balances: readonly ReturnType<typeof parsePointsBalanceArgs>[];
  readonly ledgers: readonly ReturnType<typeof parseLedgerBalanceArgs>[];
  readonly id: boolean;
  readonly externalId: boolean;
}

/** Stands for the caller's own customer while nobody has asked yet. */
const ME = 'me';

/**
 * How many platform calls an operation will make when nothing is cached: each distinct balance once, and a ledger's
 * pages as far as `first` needs when they are full. Counted over variables, lists, aliases and fragments, without
 * running anything; its arguments must have been checked.
 *
 * Not in it: a page more where a ledger's pages hold few rows, a retry, the profile where a platform takes no ids.
 */
export function planCalls(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  { ledgerPageSize }: { readonly ledgerPageSize: number },
): number {
  const walk = createFieldWalk(schema, document, variables);
  const query = schema.getQueryType();
  const customer = schema.getType('Customer');
  if (query === undefined || query === null || customer === undefined || !('getFields' in customer)) return 0;
  const calls = new Set<string>();
  const wishesOf = new Map<SelectionSetNode, CustomerWishes>();

  for (const { type, node } of walk(query, operation.selectionSet)) {
    const definition = type.getFields()[node.name.value];
    if (definition === undefined || node.selectionSet === undefined) continue;
    const wishes = wishesIn(node.selectionSet);
    for (const named of customersOf(node, getArgumentValues(definition, node, variables))) plan(named, wishes);
  }
  return calls.size;

  function wishesIn(selectionSet: SelectionSetNode): CustomerWishes {
    const known = wishesOf.get(selectionSet);
    if (known !== undefined) return known;
    const balances: CustomerWishes['balances'][number][] = [];
    const ledgers: CustomerWishes['ledgers'][number][] = [];
    const names = new Set<string>();
    for (const { type, node } of walk(customer as never, selectionSet)) {
      const definition = type.getFields()[node.name.value];
      names.add(node.name.value);
      if (definition === undefined || definition.args.length === 0) continue;
      const args = getArgumentValues(definition, node, variables) as never;
      if (node.name.value === 'pointsBalance') balances.push(parsePointsBalanceArgs(args));
      if (node.name.value === 'ledgerBalance') ledgers.push(parseLedgerBalanceArgs(args));
    }
    const wishes = { balances, ledgers, id: names.has('id'), externalId: names.has('externalId') };
    wishesOf.set(selectionSet, wishes);
    return wishes;
  }

  function plan(named: CustomerRef | typeof ME, { balances, ledgers, id, externalId }: CustomerWishes): void {
    // A key needs a customer; that of "me" is as good as any that nobody else has.
    const ref = named === ME ? OWN : named;
    const prefix = named === ME ? ME : '';
    for (const balance of balances) calls.add(prefix + keyOfPointsBalance({ customer: ref, ...balance }));
    for (const { filter, first, after } of ledgers) {
      const start = after?.position.page ?? 0;
      for (let page = start; page < start + Math.ceil(first / ledgerPageSize); page += 1) {
        calls.add(prefix + keyOfLedgerPage({ customer: ref, filter, page }));
      }
    }
    const isNamedBeside = ledgers.length > 0 || balances.some(({ entityType }) => entityType === 'CUSTOMER');
    if (id && ref.by === 'lookup' && !isNamedBeside) calls.add(`id ${keyOfCustomerRef(ref)}`);
    if (externalId && ledgers.length === 0) calls.add(`${prefix} external id ${keyOfCustomerRef(ref)}`);
  }
}

const OWN: CustomerRef = { by: 'lookup', lookup: { source: 'ALL', accountId: undefined, identifiers: [] } };

function customersOf(node: FieldNode, args: Readonly<Record<string, unknown>>): readonly (CustomerRef | typeof ME)[] {
  switch (node.name.value) {
    case 'me':
      return [ME];
    case 'customer':
      return [{ by: 'id', id: parseCustomerArgs(args as never) }];
    case 'customers':
      return parseCustomersArgs(args as never).map((id) => ({ by: 'id', id }));
    case 'customerByIdentifier':
      return [{ by: 'lookup', lookup: parseLookupArgs(args as never) }];
    case '_entities':
      return representedIn(args['representations']);
    default:
      return [];
  }
}

/** Representations with an id that is none are refused one by one, by the resolver; they cost nothing. */
function representedIn(representations: unknown): CustomerRef[] {
  const list: readonly unknown[] = Array.isArray(representations) ? representations : [];
  return list.flatMap((each) => {
    const id = typeof each === 'object' && each !== null && 'id' in each ? each.id : undefined;
    const text = typeof id === 'number' ? String(id) : id;
    if (typeof text !== 'string') return [];
    try {
      return [{ by: 'id' as const, id: parseCustomerArgs({ id: text }) }];
    } catch {
      return [];
    }
  });
}
