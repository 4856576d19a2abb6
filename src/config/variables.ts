import * as z from 'zod';
import { integer, longSecret, onOff, origins, port, redisUrl, secret, serviceUrl } from './types.ts';

/** One environment variable: its form, and what it means to an operator. */
export interface Variable<Type extends z.ZodType> {
  readonly type: Type;
  readonly help: string;
}

/** One that is never unset: without a value it has this one, written as in the environment. */
export interface DefaultedVariable<Type extends z.ZodType> extends Variable<Type> {
  readonly default: string;
}

function variable<Type extends z.ZodType>(type: Type, help: string): Variable<Type>;
function variable<Type extends z.ZodType>(type: Type, help: string, defaultText: string): DefaultedVariable<Type>;
function variable<Type extends z.ZodType>(type: Type, help: string, defaultText?: string) {
  return defaultText === undefined ? { type, help } : { type, help, default: defaultText };
}

/**
 * Every variable, once. The README's table and `.env.example` are checked against it; a default that hangs on the
 * others (with the sandbox, with a real platform) is in `index.ts`.
 */
export const VARIABLES = {
  PORT: variable(port, 'Where GraphQL is served.', '4000'),
  HOST: variable(z.string(), 'The address it listens on. An image for production sets 0.0.0.0.', '127.0.0.1'),
  ADMIN_PORT: variable(
    port,
    'Where health (`/livez`, `/readyz`) and `/metrics` are served, on HOST: never on the public port.',
    '4001',
  ),
  SHUTDOWN_DELAY_SECONDS: variable(
    integer(0, 300),
    'How long it goes on serving after `/readyz` says that it closes, so that load balancers notice.',
    '0',
  ),
  MAX_CONNECTIONS: variable(integer(1, 1_000_000), 'Connections of callers at once; more are hung up on.', '10000'),
  CAPILLARY_BASE_URL: variable(
    serviceUrl,
    'The platform, `https://{host}` without `/v2`; `http:` only for a loopback address. Unset: the embedded sandbox.',
  ),
  CAPILLARY_CLIENT_KEY: variable(z.string(), 'OAuth client: its key. With CAPILLARY_CLIENT_SECRET.'),
  CAPILLARY_CLIENT_SECRET: variable(secret, 'OAuth client: its secret.'),
  CAPILLARY_TILL_USERNAME: variable(z.string(), 'Or till credentials: the user name. With CAPILLARY_TILL_PASSWORD.'),
  CAPILLARY_TILL_PASSWORD: variable(secret, 'Till credentials: the password as typed; the md5 is ours.'),
  CAPILLARY_REQUESTS_PER_MINUTE: variable(
    integer(1, 1_000_000),
    'The quota of this API key: never exceeded in any 60 seconds, token calls included.',
    '1000',
  ),
  CAPILLARY_MAX_CONCURRENT: variable(integer(1, 1000), 'Platform calls under way at once.', '20'),
  CAPILLARY_HTTP_CLIENT: variable(
    z.enum(['got', 'undici']),
    'The library that asks the platform: `got`, or `undici`, which takes less CPU time for each call.',
    'got',
  ),
  CAPILLARY_LEDGER_PAGE_SIZE: variable(
    integer(1, 100),
    "The ledger's `limit`; the platform's documents disagree on the largest, 10 is safe.",
    '10',
  ),
  REQUEST_DEADLINE_MS: variable(
    integer(50, 30_000),
    'One operation, every attempt and wait included. The header `x-deadline-ms` may lower it.',
    '3000',
  ),
  CACHE_FRESH_SECONDS: variable(integer(0, 86_400), 'Answers this young are given without asking the platform.', '15'),
  CACHE_STALE_SECONDS: variable(
    integer(0, 604_800),
    'Answers this young are given, marked stale, when the platform cannot be asked. 0 and 0: no caching.',
    '600',
  ),
  CACHE_MAX_MEGABYTES: variable(
    integer(1, 4096),
    'Memory for answers, about, of each process: what was asked for once goes before what was asked for again, the longest ago first, and what has gone cannot be given stale. 10 holds some 17,000 ledgers of ten rows that were asked for once, or 12,000 that were asked for again: more than the default quota reads in ten minutes.',
    '10',
  ),
  MAX_PLATFORM_CALLS: variable(
    integer(1, 1000),
    'Platform calls that one operation may ask for, counted before any is made.',
    '25',
  ),
  REDIS_URL: variable(
    redisUrl,
    'A Redis that all gateways share, `redis://` or `rediss://`: answers, quota and reads under way. Unset: each on its own.',
  ),
  REPLICAS: variable(
    integer(1, 1000),
    'How many gateways share the API key: each keeps to its share while Redis does not tell.',
    '1',
  ),
  WORKERS: variable(
    integer(1, 64),
    'Processes that serve PORT together, one for each core it may use: one gateway, with one quota and one ADMIN_PORT.',
    '1',
  ),
  MAX_CONCURRENT_OPERATIONS: variable(
    integer(1, 100_000),
    'Operations under way at once; one more is refused with 503, to be tried again.',
    '1000',
  ),
  MAX_DEPTH: variable(
    integer(1, 500),
    'Levels that a document may nest: fields and fragments, below introspection none.',
    '15',
  ),
  MAX_ALIASES: variable(integer(0, 10_000), 'Aliases of one operation, wherever its fragments are spread.', '50'),
  MAX_DIRECTIVES: variable(integer(0, 10_000), 'Directives of a document.', '50'),
  MAX_TOKENS: variable(integer(10, 10_000), 'Tokens of a document; one with more is not parsed.', '2000'),
  MAX_FIELDS: variable(integer(1, 100_000), 'Fields of one operation, wherever its fragments are spread.', '1000'),
  MAX_LIST_LENGTH: variable(integer(1, 100_000), 'Values of a list in arguments or variables.', '100'),
  PERSISTED_QUERIES: variable(
    onOff,
    'Whether clients may register documents and name them by hash: `on` or `off`.',
    'on',
  ),
  OPERATIONS_MODE: variable(
    z.enum(['off', 'log', 'enforce']),
    'What is not in the list of operations: `off` runs it, `log` runs and logs it, `enforce` refuses it.',
    'off',
  ),
  OPERATIONS_MANIFEST: variable(
    z.string(),
    'The list of operations: a file as `@apollo/generate-persisted-query-manifest` writes it.',
  ),
  MAX_PLATFORM_CALLS_LISTED: variable(
    integer(1, 1000),
    'MAX_PLATFORM_CALLS for operations of the list; the same when unset.',
  ),
  AUTH_MODE: variable(
    z.enum(['jwt', 'none']),
    '`jwt` or `none`. With the sandbox the default is `none`; with a real platform `jwt`, and `none` must be asked for.',
  ),
  AUTH_JWKS_URL: variable(serviceUrl, "The key set that callers' tokens are signed with."),
  AUTH_ISSUER: variable(z.string(), 'The `iss` that tokens must have.'),
  AUTH_AUDIENCE: variable(z.string(), 'The `aud` that tokens must have.'),
  AUTH_CUSTOMER_CLAIM: variable(z.string(), "The claim that holds the caller's own customer id, as text.", 'sub'),
  AUTH_READ_ANY_SCOPE: variable(
    z.string(),
    'The scope that may read every customer: a service, or a member of staff.',
    'loyalty:read:any',
  ),
  AUTH_MAX_TOKEN_AGE_SECONDS: variable(
    integer(60, 2_592_000),
    'A token that is valid for longer than this, or was issued longer ago, is refused.',
    '86400',
  ),
  CORS_ORIGINS: variable(origins, 'Origins of browsers that may read answers, separated by commas; never `*`.', ''),
  EXPLORER: variable(
    z.enum(['sandbox', 'graphiql', 'off']),
    'What a browser sees at `/graphql`: `sandbox` (Apollo Sandbox), `graphiql` (self-hosted, works offline) or `off`. ' +
      'Default `sandbox` with the embedded sandbox, else `off`.',
  ),
  INTROSPECTION: variable(onOff, '`on` or `off`. Default `on` with the embedded sandbox, else `off`.'),
  FEDERATION: variable(
    onOff,
    'Whether the graph is a Federation 2 subgraph too. Default `on` with the embedded sandbox, else `off`.',
  ),
  FEDERATION_SECRET: variable(
    longSecret,
    'What the router sends in the header `x-federation-secret`. Needed for `FEDERATION=on` with a real platform.',
  ),
  LOG_LEVEL: variable(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']),
    '`fatal`, `error`, `warn`, `info`, `debug` or `silent`.',
    'info',
  ),
  SANDBOX_PORT: variable(port, 'Where `npm run sandbox` serves. The embedded sandbox lets the system choose.', '4010'),
  SANDBOX_LATENCY_MS: variable(integer(0, 60_000), 'The sandbox waits this long before each answer.', '0'),
  SANDBOX_FAULTS: variable(z.string(), 'What the sandbox does wrong on purpose: see CONTRIBUTING.', ''),
  SANDBOX_REQUESTS_PER_MINUTE: variable(integer(1, 1_000_000), 'The quota the sandbox enforces.', '1000'),
} as const satisfies Record<string, Variable<z.ZodType>>;

/** The names of the variables. */
export type VariableName = keyof typeof VARIABLES;

/** Their values, read: undefined where one is unset and has no default of its own. */
export type Values = {
  readonly [Name in VariableName]:
    | z.output<(typeof VARIABLES)[Name]['type']>
    | ((typeof VARIABLES)[Name] extends { readonly default: string } ? never : undefined);
};
