import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { RESTDataSource, type AugmentedRequest, type DataSourceConfig } from '@apollo/datasource-rest';
import { balancePath, LEDGER_PATH, ledgerOf, ledgerParams, type Ledger, type LedgerAnswer } from './platformPaths.ts';
import { Query, typeDefs, type Customer } from './schema.ts';
import { createTokens, TIMEOUT_MS } from './tokens.ts';

/**
 * A gateway over the same two reads as a competent team writes it from Apollo's documents: the standalone server, a
 * `RESTDataSource` for each operation over the server's cache, answers kept for 15 seconds, one token for all, and a
 * time-out. What it has not is what the documents do not give: the platform's quota, stale answers, one read for all
 * operations.
 *
 * Run as `apolloDatasourceRest.ts <platform's URL>`; prints where it serves.
 *
 * @see https://www.apollographql.com/docs/apollo-server/data/fetching-rest
 */

const FRESH_SECONDS = 15;

class LoyaltyAPI extends RESTDataSource {
  override baseURL: string;
  readonly #token: () => Promise<string>;

  constructor(options: DataSourceConfig & { readonly platformUrl: string; readonly token: () => Promise<string> }) {
    super(options);
    this.baseURL = `${options.platformUrl}/`;
    this.#token = options.token;
  }

  protected override async willSendRequest(_path: string, request: AugmentedRequest): Promise<void> {
    request.headers['x-cap-api-oauth-token'] = await this.#token();
    request.signal = AbortSignal.timeout(TIMEOUT_MS);
  }

  pointsBalance(id: string): Promise<unknown> {
    return this.get(balancePath(id), { cacheOptions: { ttl: FRESH_SECONDS } });
  }

  async ledgerBalance(id: string): Promise<Ledger> {
    return ledgerOf(
      await this.get<LedgerAnswer>(LEDGER_PATH, {
        params: ledgerParams(id),
        cacheOptions: { ttl: FRESH_SECONDS },
      }),
    );
  }
}

interface Context {
  readonly loyalty: LoyaltyAPI;
}

const resolvers = {
  Query,
  Customer: {
    pointsBalance: ({ id }: Customer, _args: unknown, { loyalty }: Context) => loyalty.pointsBalance(id),
    ledgerBalance: ({ id }: Customer, _args: unknown, { loyalty }: Context) => loyalty.ledgerBalance(id),
  },
};

const [platformUrl = 'http://127.0.0.1:4010'] = process.argv.slice(2);
const token = createTokens(platformUrl);
const server = new ApolloServer<Context>({ typeDefs, resolvers, introspection: false });
const { cache } = server;
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  context: () => Promise.resolve({ loyalty: new LoyaltyAPI({ cache, platformUrl, token }) }),
});
process.stdout.write(`serves at ${url}\n`);
