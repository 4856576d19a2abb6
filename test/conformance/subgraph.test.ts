import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { composeServices } from '@apollo/composition';
import { buildSchema, parse, type GraphQLObjectType } from 'graphql';
import { balanceOfPath } from '../support/fakePlatform.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const ORDERS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])

  type Query {
    order(id: ID!): Order
  }

  type Order @key(fields: "id") {
    id: ID!
    customer: Customer
  }

  type Customer @key(fields: "id") {
    id: ID!
    orders: [Order!]!
  }
`;

const ID_OF = `query ($who: [_Any!]!) { _entities(representations: $who) { __typename ... on Customer { id } } }`;
const BALANCE_OF = `query ($who: [_Any!]!) {
  _entities(representations: $who) { ... on Customer { id pointsBalance { mainPoints } } }
}`;

function customers(...ids: readonly unknown[]) {
  return { who: ids.map((id) => ({ __typename: 'Customer', id })) };
}

describe('a Federation subgraph', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ env: { FEDERATION: 'on' } });
    gateway.platform.answer(/\/points\/balance$/, balanceOfPath);
  });
  afterAll(() => gateway.close());

  it('composes with one that adds orders to Customer', async () => {
    const { data } = await gateway.query('{ _service { sdl } }');
    const { sdl } = (data as { _service: { sdl: string } })._service;

    const { supergraphSdl, errors, hints } = composeServices([
      { name: 'loyalty', url: gateway.url, typeDefs: parse(sdl) },
      { name: 'orders', url: 'http://orders.invalid/graphql', typeDefs: parse(ORDERS) },
    ]);

    expect(errors ?? []).toEqual([]);
    expect(hints ?? []).toEqual([]);
    const supergraph = buildSchema(supergraphSdl ?? '', { assumeValidSDL: true });
    const customer = supergraph.getType('Customer') as GraphQLObjectType;
    expect(Object.keys(customer.getFields()).toSorted()).toEqual([
      'externalId',
      'id',
      'ledgerBalance',
      'orders',
      'pointsBalance',
    ]);
  });

  it('resolves a Customer by id without asking the platform', async () => {
    const before = gateway.platform.requests.length;

    const { data, errors } = await gateway.query(ID_OF, customers('11', '9007199254740993'));

    expect(errors).toBeUndefined();
    expect(data).toEqual({
      _entities: [
        { __typename: 'Customer', id: '11' },
        { __typename: 'Customer', id: '9007199254740993' },
      ],
    });
    expect(gateway.platform.requests).toHaveLength(before);
  });

  it('reads the balance of a Customer with one call, however often the router names them', async () => {
    const before = gateway.platform.requests.length;

    const { data, errors } = await gateway.query(BALANCE_OF, customers('12', '12'));

    expect(errors).toBeUndefined();
    const customer = { id: '12', pointsBalance: { mainPoints: '8500.000' } };
    expect(data).toEqual({ _entities: [customer, customer] });
    expect(gateway.platform.requests.slice(before).map(({ path }) => path)).toEqual([
      '/v2/customers/12/points/balance',
    ]);
  });

  it.each([
    ['with a path in its id', '../../v3/oauth/token/generate'],
    ['with a leading zero', '01'],
    ['with an empty id', ''],
    ['with a number that lost digits', 9007199254740992],
    ['with no id', undefined],
    ['with null for an id', null],
    ['with a list for an id', ['1']],
    ['with an object for an id', { toString: '1' }],
    ['with a fraction for an id', 1.5],
  ])('refuses a representation %s, without a call', async (_what, id) => {
    const before = gateway.platform.requests.length;

    const { errors, text } = await gateway.query(BALANCE_OF, customers(id));

    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(text).not.toContain('v3/oauth');
    expect(gateway.platform.requests).toHaveLength(before);
  });

  it('takes an id that the router sends as a whole number', async () => {
    const { data, errors } = await gateway.query(BALANCE_OF, customers(15));

    expect(errors).toBeUndefined();
    expect(data).toEqual({ _entities: [{ id: '15', pointsBalance: { mainPoints: '8500.000' } }] });
  });

  it('empties only the place of a representation that is refused', async () => {
    const { data, errors } = await gateway.query(ID_OF, customers('13', 'x', '14'));

    expect(data).toMatchObject({ _entities: [{ id: '13' }, null, { id: '14' }] });
    expect(errors).toMatchObject([{ path: ['_entities', 1], extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('refuses a representation of a type that is no entity', async () => {
    const { errors } = await gateway.query(ID_OF, { who: [{ __typename: 'PointsBalance', id: '1' }] });

    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.message).not.toContain('at ');
  });
});

describe('a graph that is no subgraph', () => {
  let gateway: TestGateway;
  beforeAll(async () => (gateway = await startGateway({ env: { FEDERATION: 'off', INTROSPECTION: 'on' } })));
  afterAll(() => gateway.close());

  it.each([
    ['_service', '{ _service { sdl } }'],
    ['_entities', '{ _entities(representations: [{ __typename: "Customer", id: "1" }]) { __typename } }'],
  ])('has no field %s', async (_field, query) => {
    const { status, errors } = await gateway.query(query);

    expect(status).toBe(400);
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });

  it("shows no word of Federation's in its introspection", async () => {
    const { text } = await gateway.query('{ __schema { types { name } directives { name } } }');

    expect(text).toContain('"Customer"');
    expect(text).not.toMatch(/_Any|_Entity|_Service|"link"|"key"|"shareable"|"external"/);
  });
});
