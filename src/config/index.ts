import type { Secret } from '../domain/secret.ts';
import { readValues } from './read.ts';
import type { Values, VariableName } from './variables.ts';

export { processEnvironment } from './environment.ts';
export { ConfigError } from './read.ts';

/** The whole configuration, checked. What belongs together is together, or is not there at all. */
export interface Config {
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly adminPort: number;
    readonly corsOrigins: readonly string[];
    readonly requestDeadlineMs: number;
    readonly maxConcurrentOperations: number;
    /** How long it serves on after readiness turned false. */
    readonly shutdownDelayMs: number;
    readonly maxConnections: number;
  };
  /** Null: the embedded sandbox. */
  readonly platform: {
    readonly baseUrl: URL;
    readonly credentials: PlatformLogin;
  } | null;
  readonly quota: {
    readonly requestsPerMinute: number;
    /** How many gateways share the key. */
    readonly replicas: number;
    readonly maxConcurrent: number;
  };
  /** Which library asks the platform. */
  readonly httpClient: Values['CAPILLARY_HTTP_CLIENT'];
  readonly cache: {
    readonly freshMs: number;
    readonly staleMs: number;
    /** What answers may take in this process, about. */
    readonly maxBytes: number;
  };
  /** Its address; null: nothing is shared. */
  readonly redisUrl: Secret | null;
  /** How many processes serve the public port. */
  readonly workers: number;
  readonly ledgerPageSize: number;
  readonly maxPlatformCalls: number;
  readonly limits: {
    readonly maxDepth: number;
    readonly maxAliases: number;
    readonly maxDirectives: number;
    readonly maxTokens: number;
    readonly maxFields: number;
    readonly maxListLength: number;
  };
  readonly persistedQueries: boolean;
  /** The list of operations; there is a path unless the mode is `off`. */
  readonly operations: {
    readonly mode: Values['OPERATIONS_MODE'];
    readonly manifestPath: string | null;
    readonly maxPlatformCalls: number;
  };
  readonly auth: AuthConfig;
  readonly explorer: 'sandbox' | 'graphiql' | 'off';
  readonly introspection: boolean;
  readonly federation: boolean;
  /** What the federation router shows; null: whoever asks counts as the router. */
  readonly federationSecret: Secret | null;
  readonly logLevel: Values['LOG_LEVEL'];
  readonly sandbox: {
    readonly port: number;
    readonly latencyMs: number;
    readonly faults: string;
    readonly requestsPerMinute: number;
  };
}

/** How the gateway signs in at the platform. */
export type PlatformLogin =
  | { readonly kind: 'oauth'; readonly clientKey: string; readonly clientSecret: Secret }
  | { readonly kind: 'till'; readonly username: string; readonly password: Secret };

/** How callers sign in at the gateway. */
export type AuthConfig =
  | {
      readonly mode: 'none';
      /** Rules for tokens that are set all the same. */ readonly unread: readonly VariableName[];
    }
  | {
      readonly mode: 'jwt';
      readonly jwksUrl: URL;
      readonly issuer: string;
      readonly audience: string;
      readonly customerClaim: string;
      readonly readAnyScope: string;
      readonly maxTokenAgeSeconds: number;
    };

/**
 * Reads the whole configuration; nothing else in `src/` looks at the environment.
 *
 * @throws {ConfigError} naming every variable that is missing or malformed, never a secret's value
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const { values, isSet, problems, throwIfAny } = readValues(env);
  // A malformed address is a slip of somebody who has a platform.
  const isSandbox = !isSet('CAPILLARY_BASE_URL');
  const credentials = credentialsOf(values, isSandbox, problems);
  const defaults = dependentDefaults(values, isSandbox);
  const auth = defaults.AUTH_MODE === 'none' ? noAuth(isSet) : authOf(values, isSet, problems);
  if (isSandbox && auth.mode === 'none' && auth.unread.length > 0 && !isSet('AUTH_MODE')) {
    problems.push(
      `AUTH_MODE is missing: ${auth.unread.join(', ')} set, but no CAPILLARY_BASE_URL. Ask for jwt or none by name.`,
    );
  }
  if (values.REPLICAS > values.CAPILLARY_REQUESTS_PER_MINUTE) {
    problems.push('REPLICAS must be at most CAPILLARY_REQUESTS_PER_MINUTE: each needs a share of the quota.');
  }
  if (values.WORKERS > values.CAPILLARY_MAX_CONCURRENT) {
    problems.push('WORKERS must be at most CAPILLARY_MAX_CONCURRENT: each needs a share of the calls under way.');
  }
  if (values.PORT === values.ADMIN_PORT && values.PORT !== 0) {
    problems.push('PORT and ADMIN_PORT must differ: health and metrics are never on the public port.');
  }
  if (values.OPERATIONS_MODE !== 'off' && values.OPERATIONS_MANIFEST === undefined) {
    problems.push(`OPERATIONS_MANIFEST is missing: OPERATIONS_MODE=${values.OPERATIONS_MODE} needs a list.`);
  }
  if (!isSandbox && defaults.FEDERATION && !isSet('FEDERATION_SECRET')) {
    problems.push('FEDERATION_SECRET is missing: with FEDERATION=on the router must show that it is the router.');
  }
  throwIfAny();

  return {
    http: {
      host: values.HOST,
      port: values.PORT,
      adminPort: values.ADMIN_PORT,
      corsOrigins: values.CORS_ORIGINS,
      requestDeadlineMs: values.REQUEST_DEADLINE_MS,
      maxConcurrentOperations: values.MAX_CONCURRENT_OPERATIONS,
      shutdownDelayMs: 1000 * values.SHUTDOWN_DELAY_SECONDS,
      maxConnections: values.MAX_CONNECTIONS,
    },
    platform:
      values.CAPILLARY_BASE_URL === undefined || credentials === null
        ? null
        : { baseUrl: withSlash(values.CAPILLARY_BASE_URL), credentials },
    quota: {
      requestsPerMinute: values.CAPILLARY_REQUESTS_PER_MINUTE,
      replicas: values.REPLICAS,
      maxConcurrent: values.CAPILLARY_MAX_CONCURRENT,
    },
    httpClient: values.CAPILLARY_HTTP_CLIENT,
    cache: {
      freshMs: 1000 * values.CACHE_FRESH_SECONDS,
      staleMs: 1000 * values.CACHE_STALE_SECONDS,
      maxBytes: 1024 * 1024 * values.CACHE_MAX_MEGABYTES,
    },
    redisUrl: values.REDIS_URL ?? null,
    workers: values.WORKERS,
    ledgerPageSize: values.CAPILLARY_LEDGER_PAGE_SIZE,
    maxPlatformCalls: values.MAX_PLATFORM_CALLS,
    limits: {
      maxDepth: values.MAX_DEPTH,
      maxAliases: values.MAX_ALIASES,
      maxDirectives: values.MAX_DIRECTIVES,
      maxTokens: values.MAX_TOKENS,
      maxFields: values.MAX_FIELDS,
      maxListLength: values.MAX_LIST_LENGTH,
    },
    persistedQueries: values.PERSISTED_QUERIES,
    operations: {
      mode: values.OPERATIONS_MODE,
      manifestPath: values.OPERATIONS_MANIFEST ?? null,
      maxPlatformCalls: defaults.MAX_PLATFORM_CALLS_LISTED,
    },
    auth,
    explorer: defaults.EXPLORER,
    introspection: defaults.INTROSPECTION,
    federation: defaults.FEDERATION,
    federationSecret: values.FEDERATION_SECRET ?? null,
    logLevel: values.LOG_LEVEL,
    sandbox: {
      port: values.SANDBOX_PORT,
      latencyMs: values.SANDBOX_LATENCY_MS,
      faults: values.SANDBOX_FAULTS,
      requestsPerMinute: values.SANDBOX_REQUESTS_PER_MINUTE,
    },
  };
}

const TOKEN_RULES = ['AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE'] as const;

function noAuth(isSet: (name: VariableName) => boolean): AuthConfig {
  return { mode: 'none', unread: TOKEN_RULES.filter(isSet) };
}

function credentialsOf(values: Values, isSandbox: boolean, problems: string[]): PlatformLogin | null {
  const { CAPILLARY_CLIENT_KEY: clientKey, CAPILLARY_CLIENT_SECRET: clientSecret } = values;
  const { CAPILLARY_TILL_USERNAME: username, CAPILLARY_TILL_PASSWORD: password } = values;
  const hasOauth = clientKey !== undefined || clientSecret !== undefined;
  const hasTill = username !== undefined || password !== undefined;
  if (isSandbox) {
    if (hasOauth || hasTill) problems.push('CAPILLARY_BASE_URL is missing: credentials are set, but no platform.');
    return null;
  }
  if (hasOauth && hasTill) {
    problems.push(
      'Set either CAPILLARY_CLIENT_KEY and CAPILLARY_CLIENT_SECRET, or the CAPILLARY_TILL_ pair, not both.',
    );
    return null;
  }
  if (clientKey !== undefined && clientSecret !== undefined) return { kind: 'oauth', clientKey, clientSecret };
  if (username !== undefined && password !== undefined) return { kind: 'till', username, password };
  if (hasOauth)
    problems.push(`${clientKey === undefined ? 'CAPILLARY_CLIENT_KEY' : 'CAPILLARY_CLIENT_SECRET'} is missing.`);
  else if (hasTill)
    problems.push(`${username === undefined ? 'CAPILLARY_TILL_USERNAME' : 'CAPILLARY_TILL_PASSWORD'} is missing.`);
  else
    problems.push(
      'Credentials are missing: CAPILLARY_CLIENT_KEY and CAPILLARY_CLIENT_SECRET, or the CAPILLARY_TILL_ pair.',
    );
  return null;
}

/**
 * The variables as they would be used, for people: secrets as `[secret]`, what is unset as null, what is malformed as if
 * it were unset.
 */
export function describeConfig(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, unknown>> {
  const { values, isSet } = readValues(env);
  const used = { ...values, ...dependentDefaults(values, !isSet('CAPILLARY_BASE_URL')) };
  return Object.fromEntries(Object.entries(used).map(([name, value]) => [name, value ?? null]));
}

/** Defaults that hang on others, above all on whether there is a real platform: open without one, closed with one. */
function dependentDefaults(values: Values, isSandbox: boolean) {
  const { AUTH_MODE, EXPLORER, INTROSPECTION, FEDERATION } = values;
  return {
    MAX_PLATFORM_CALLS_LISTED: values.MAX_PLATFORM_CALLS_LISTED ?? values.MAX_PLATFORM_CALLS,
    AUTH_MODE: AUTH_MODE ?? (isSandbox ? 'none' : 'jwt'),
    EXPLORER: EXPLORER ?? (isSandbox ? 'sandbox' : 'off'),
    INTROSPECTION: INTROSPECTION ?? isSandbox,
    FEDERATION: FEDERATION ?? isSandbox,
  } as const;
}

function authOf(values: Values, isSet: (name: VariableName) => boolean, problems: string[]): AuthConfig {
  const { AUTH_JWKS_URL: jwksUrl, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = values;
  if (jwksUrl !== undefined && issuer !== undefined && audience !== undefined) {
    const { AUTH_CUSTOMER_CLAIM: customerClaim, AUTH_READ_ANY_SCOPE: readAnyScope } = values;
    const { AUTH_MAX_TOKEN_AGE_SECONDS: maxTokenAgeSeconds } = values;
    return { mode: 'jwt', jwksUrl, issuer, audience, customerClaim, readAnyScope, maxTokenAgeSeconds };
  }
  const missing = TOKEN_RULES.filter((name) => !isSet(name));
  if (missing.length > 0) {
    problems.push(
      `${missing.join(', ')} missing: callers' tokens cannot be checked. Or ask for AUTH_MODE=none by name.`,
    );
  }
  return noAuth(isSet);
}

/** So that relative paths are resolved below it. */
function withSlash(url: URL): URL {
  return url.pathname.endsWith('/') ? url : new URL(`${url.href}/`);
}
