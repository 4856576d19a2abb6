import { describe, expect, it } from '@jest/globals';
import {
  defaultFieldResolver,
  getArgumentValues,
  getNamedType,
  parse,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import { STRANGER, type Viewer } from '../../../src/auth/viewer.ts';
import { customerIdOf, type CustomerRef } from '../../../src/domain/customer.ts';
import { GatewayError } from '../../../src/domain/errors.ts';
import { normaliseLookup } from '../../../src/domain/identifier.ts';
import { createSchema } from '../../../src/graphql/schema.ts';
import { argumentsOf } from '../../support/selections.ts';

const SCHEMA = await createSchema({ federation: true, ledgerPageSize: 10 });
const SAMPLES = { ID: '"2002"', String: '"919999000002"', Int: '1', Boolean: 'false' };
const CUSTOMER_FIELDS = Object.values((SCHEMA.getType('Customer') as GraphQLObjectType).getFields());

const OTHERS: readonly CustomerRef[] = [
  { by: 'id', id: customerIdOf('2002', 'id') },
  {
    by: 'lookup',
    lookup: normaliseLookup({ source: 'INSTORE', identifiers: [{ name: 'MOBILE', value: '919999000002' }] }),
  },
];
const SOMEBODY: Viewer = { isAuthenticated: true, customerId: customerIdOf('1001', 'id'), mayReadAny: false };
const A_SERVICE: Viewer = { isAuthenticated: true, customerId: null, mayReadAny: false };

/** The arguments that the field needs, as its resolver gets them. */
function argsFor(field: GraphQLField<unknown, unknown>): Record<string, unknown> {
  const [operation] = parse(`{ ${field.name}${argumentsOf(field, SAMPLES)} }`).definitions;
  const [node] = (operation as OperationDefinitionNode).selectionSet.selections;
  return getArgumentValues(field, node as FieldNode);
}

/** Runs one field of another customer's for `viewer`; gives what it came to, and what it read on the way. */
async function resolve(field: GraphQLField<unknown, unknown>, ref: CustomerRef, viewer: Viewer) {
  const read: string[] = [];
  const loaders = new Proxy({}, { get: (_target, name) => () => Promise.resolve(read.push(String(name))) });
  const run = (): unknown =>
    (field.resolve ?? defaultFieldResolver)({ ref }, argsFor(field), { viewer, loaders }, {
      fieldName: field.name,
      schema: SCHEMA,
    } as never);
  const outcome = await Promise.resolve()
    .then(run)
    .catch((error: unknown) => (error instanceof GatewayError ? error.code : error));
  return { outcome, read };
}

describe('every field of a customer, whatever way led to them', () => {
  const cases = CUSTOMER_FIELDS.flatMap((field) => OTHERS.map((ref) => [field.name, ref.by, field, ref] as const));

  it.each(cases)('%s checks who asks before it reads, of somebody named by %s', async (_name, _by, field, ref) => {
    expect(await resolve(field, ref, STRANGER)).toEqual({ outcome: 'UNAUTHENTICATED', read: [] });
    expect(await resolve(field, ref, SOMEBODY)).toEqual({ outcome: 'FORBIDDEN', read: [] });
    expect(await resolve(field, ref, A_SERVICE)).toEqual({ outcome: 'FORBIDDEN', read: [] });
  });

  it.each(cases)('%s is answered to who may, of somebody named by %s', async (name, _by, field, ref) => {
    const { outcome, read } = await resolve(field, ref, { ...A_SERVICE, mayReadAny: true });

    expect(outcome).not.toBe('FORBIDDEN');
    // An id that they were named by is read of nobody.
    expect(read).toHaveLength(name === 'id' && ref.by === 'id' ? 0 : 1);
  });

  it('is the only way to what the platform knows of one', () => {
    const roots = Object.values(SCHEMA.getQueryType()?.getFields() ?? {});

    expect(new Set(roots.map(({ type }) => getNamedType(type).name))).toEqual(
      new Set(['Customer', '_Entity', '_Service']),
    );
  });
});
