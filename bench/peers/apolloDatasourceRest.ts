import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { RESTDataSource, type AugmentedRequest, type DataSourceConfig } from '@apollo/datasource-rest';

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

const typeDefs = `#graphql
  type Query {
    customer(id: ID!): Customer
  }
  type Customer {
    id: ID!
    pointsBalance: PointsBalance
    ledgerBalance: LedgerBalance
  }
  type PointsBalance {
    totalPoints: Float!
    mainPoints: Float!
    promisedPoints: Float!
  }
  type LedgerBalance {
    nodes: [LedgerClosingBalance!]!
  }
  type LedgerClosingBalance {
    programName: String!
    pointsCategory: String!
    closingBalance: Float!
  }
`;

const FRESH_SECONDS = 15;
const TIMEOUT_MS = 3000;
/** Of a token's life; then the next request fetches another. */
const RENEW_AFTER = 0.8;

interface TokenAnswer {
  readonly data: { readonly accessToken: string; readonly ttlSeconds: number };
}

interface LedgerAnswer {
  readonly ledgerDetails: { readonly ledgerClosingBalance: readonly unknown[] };
}

/** One token for all requests. */
function createTokens(platformUrl: string): () => Promise<string> {
  let token: Promise<string> | undefined;
  let untilMs = 0;

  async function fetchToken(): Promise<string> {
    const response = await fetch(`${platformUrl}/v3/oauth/token/generate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: 'bench', secret: 'secret-of-the-bench' }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`No token: HTTP ${response.status}`);
    const { data } = (await response.json()) as TokenAnswer;
    untilMs = Date.now() + data.ttlSeconds * 1000 * RENEW_AFTER;
    return data.accessToken;
  }

  return () => {
    if (token === undefined || Date.now() >= untilMs) {
      untilMs = Infinity; // Until it is there: others wait for the same one.
      token = fetchToken();
      token.catch(() => (token = undefined));
    }
    return token;
  };
}

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
    return this.get(`v2/customers/${encodeURIComponent(id)}/points/balance`, {
      cacheOptions: { ttl: FRESH_SECONDS },
    });
  }

  async ledgerBalance(id: string): Promise<{ readonly nodes: readonly unknown[] }> {
    const { ledgerDetails } = await this.get<LedgerAnswer>('v2/pointsLedger/getCustomerLedgerBalance', {
      params: { identifierName: 'id', identifierValue: id, source: 'INSTORE', limit: '10', offset: '0' },
      cacheOptions: { ttl: FRESH_SECONDS },
    });
    return { nodes: ledgerDetails.ledgerClosingBalance };
  }
}

interface Context {
  readonly loyalty: LoyaltyAPI;
}

interface Customer {
  readonly id: string;
}

const resolvers = {
  Query: {
    customer: (_root: unknown, { id }: Customer): Customer => ({ id }),
  },
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
