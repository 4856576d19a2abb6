// npm run build && node bench/micro/operation.js
// What one operation costs from Apollo Server's door down to the loaders' call of the platform, which answers from memory:
// beside Apollo Server with nothing of ours, over the same schema, compiled too, its resolvers giving what is there.
// The very copies that the gateway uses: the bench has its peers' own.
import { ApolloServer, HeaderMap } from '../../node_modules/@apollo/server/dist/esm/index.js';
import { ApolloServerPluginCacheControlDisabled } from '../../node_modules/@apollo/server/dist/esm/plugin/disabled/index.js';
import { compileQuery } from '../../node_modules/graphql-jit/dist/index.js';
import { systemClock } from '../../build/domain/clock.js';
import { parseCustomerId } from '../../build/domain/customer.js';
import { createMeter } from '../../build/domain/operation.js';
import { NO_TELEMETRY } from '../../build/domain/telemetry.js';
import { createApollo } from '../../build/graphql/apollo.js';
import { NO_OPERATIONS } from '../../build/graphql/persisted/operationList.js';
import { createSchema } from '../../build/graphql/schema.js';
import { createLoaders } from '../../build/loaders/index.js';
import { createMemoryStore } from '../../build/store/memory.js';
import { measure, print } from './measure.js';

const DOCUMENTS = {
  'two reads':
    'query Balances($id: ID!) { customer(id: $id) { id pointsBalance { totalPoints mainPoints promisedPoints } ' +
    'ledgerBalance { nodes { programName pointsCategory closingBalance } } } }',
  'a list of 50':
    'query List($ids: [ID!]!) { customers(ids: $ids) { id pointsBalance { totalPoints mainPoints promisedPoints } } }',
};
const ID = '565039505';
const IDS = [...Array(50).keys()].map((n) => String(565039505 + (n % 25)));
const id = parseCustomerId(ID);
const readAt = new Date();
const balance = {
  entityType: 'CUSTOMER',
  totalPoints: '0',
  mainPoints: '8500.000',
  promisedPoints: '0.000',
  promisedPointsBreakup: { delayedAccrualPoints: '0.000', externalTriggerBasedPoints: '0.000' },
  warnings: [],
  readAt,
};
const rows = [...Array(10).keys()].map((n) => ({
  pointsCategory: 'Main',
  programId: String(1000 + n),
  programName: `Program ${n}`,
  closingBalance: `${n}.000`,
  alternateCurrency: null,
  alternateCurrencyCategory: null,
}));
const page = { owner: { id, externalId: null }, totalEntries: 10, pageCount: 1, rows, warnings: [], readAt };

const platform = {
  freshMs: 0,
  ledgerPageSize: 10,
  readPointsBalance: ({ customer }) =>
    Promise.resolve({ answer: { ...balance, entityId: customer.id ?? id }, isStale: false }),
  readLedgerPage: () => Promise.resolve({ answer: page, isStale: false }),
};

const logger = { info: () => undefined, warn: console.error, error: console.error };
const { apollo: ours } = await createApollo({
  federation: false,
  introspection: false,
  ledgerPageSize: 10,
  maxPlatformCalls: 100,
  limits: { maxDepth: 10, maxAliases: 20, maxDirectives: 20, maxFields: 500, maxTokens: 2000, maxListLength: 100 },
  operations: { mode: 'off', list: NO_OPERATIONS, maxPlatformCalls: 100 },
  registeredQueries: createMemoryStore({ maxEntries: 10, maxBytes: 1000, bytesOf: () => 1, clock: systemClock }),
  isCompiling: true,
  logger,
  clock: systemClock,
  telemetry: NO_TELEMETRY,
  plugins: [],
});
await ours.start();

const viewer = { isAuthenticated: true, mayReadAny: true, customerId: null };
const signal = new globalThis.AbortController().signal;
function createContext() {
  const meter = createMeter();
  const context = { signal, deadlineAtMs: () => 0, priority: () => 'interactive', meter };
  return {
    viewer,
    isRouter: true,
    loaders: createLoaders({ platform, context }),
    meter,
    quotaRemaining: () => 0,
    startedAtMs: 0,
    ending: {},
  };
}

const schema = withPlainResolvers(await createSchema({ federation: false, ledgerPageSize: 10 }));
const plans = new Map();
const bare = new ApolloServer({
  gateway: {
    load: () =>
      Promise.resolve({
        executor({ document, source, request }) {
          let plan = plans.get(source);
          if (plan === undefined) plans.set(source, (plan = compileQuery(schema, document)));
          return plan.query(undefined, undefined, request.variables);
        },
      }),
    onSchemaLoadOrUpdate(tell) {
      tell({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    stop: () => Promise.resolve(),
  },
  apollo: {},
  nodeEnv: 'production',
  persistedQueries: false,
  stopOnTerminationSignals: false,
  plugins: [ApolloServerPluginCacheControlDisabled()],
});
await bare.start();

/** The same schema, each field of it answered at once with what is there. */
function withPlainResolvers(plain) {
  for (const type of Object.values(plain.getTypeMap())) {
    if (type.name.startsWith('__') || type.getFields === undefined) continue;
    for (const field of Object.values(type.getFields())) delete field.resolve;
  }
  const fieldsOf = (name) => plain.getType(name).getFields();
  const customerOf = (each) => ({ id: each, pointsBalance: balance, ledgerBalance: { nodes: rows } });
  fieldsOf('Query').customer.resolve = (_root, args) => customerOf(args.id);
  fieldsOf('Query').customers.resolve = (_root, args) => args.ids.map(customerOf);
  return plain;
}

function wayOf(server, query, variables, context) {
  const body = JSON.stringify({ query, variables });
  return async () => {
    const headers = new HeaderMap([
      ['content-type', 'application/json'],
      ['host', 'localhost'],
      ['authorization', 'Bearer x'],
    ]);
    const httpGraphQLRequest = { method: 'POST', headers, search: '', body: JSON.parse(body) };
    const { body: answer } = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest,
      context: () => Promise.resolve(context()),
    });
    if (!answer.string.startsWith('{"data":{"customer')) throw new Error(answer.string);
  };
}

for (const [name, query] of Object.entries(DOCUMENTS)) {
  const variables = name === 'two reads' ? { id: ID } : { ids: IDS };
  const ways = {
    'Apollo Server and graphql-jit alone': wayOf(bare, query, variables, () => ({})),
    'src/graphql and src/loaders': wayOf(ours, query, variables, createContext),
  };
  print(
    `One operation: ${name}`,
    await measure(ways, { times: name === 'two reads' ? 4000 : 500, rounds: 15, sideBySide: 20 }),
  );
}
await Promise.all([ours.stop(), bare.stop()]);
