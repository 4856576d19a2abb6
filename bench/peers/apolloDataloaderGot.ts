import { Agent } from 'node:http';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import DataLoader from 'dataloader';
import got from 'got';
import { balancePath, LEDGER_PATH, ledgerOf, ledgerParams, type Ledger, type LedgerAnswer } from './platformPaths.ts';
import { Query, typeDefs, type Customer } from './schema.ts';
import { createTokens, TIMEOUT_MS } from './tokens.ts';

/**
 * The common arrangement: the standalone Apollo Server, a DataLoader for each kind of read and each operation, got with
 * connections that are kept and a time-out. Nothing is remembered between operations.
 *
 * Run as `apolloDataloaderGot.ts <platform's URL>`; prints where it serves.
 */

const [platformUrl = 'http://127.0.0.1:4010'] = process.argv.slice(2);
const token = createTokens(platformUrl);
const platform = got.extend({
  prefixUrl: platformUrl,
  agent: { http: new Agent({ keepAlive: true }) },
  timeout: { request: TIMEOUT_MS },
  retry: { limit: 1 },
});

async function read<Body>(path: string, searchParams: Record<string, string> = {}): Promise<Body> {
  return platform.get(path, { searchParams, headers: { 'x-cap-api-oauth-token': await token() } }).json<Body>();
}

/** Each key by a read of its own: the platform has none for several. */
function createLoader<Value>(readOne: (id: string) => Promise<Value>): DataLoader<string, Value> {
  return new DataLoader((ids) =>
    Promise.all(ids.map((id) => readOne(id).catch((error: unknown) => new Error('Not read.', { cause: error })))),
  );
}

interface Context {
  readonly pointsBalance: DataLoader<string, unknown>;
  readonly ledgerBalance: DataLoader<string, Ledger>;
}

const resolvers = {
  Query,
  Customer: {
    pointsBalance: ({ id }: Customer, _args: unknown, context: Context) => context.pointsBalance.load(id),
    ledgerBalance: ({ id }: Customer, _args: unknown, context: Context) => context.ledgerBalance.load(id),
  },
};

const server = new ApolloServer<Context>({ typeDefs, resolvers, introspection: false });
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  context: () =>
    Promise.resolve({
      pointsBalance: createLoader((id) => read(balancePath(id))),
      ledgerBalance: createLoader(async (id) => ledgerOf(await read<LedgerAnswer>(LEDGER_PATH, ledgerParams(id)))),
    }),
});
process.stdout.write(`serves at ${url}\n`);
