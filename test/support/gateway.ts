import { Writable } from 'node:stream';
import { startGateway as start } from '../../src/app/gateway.ts';
import type { Roads } from '../../src/app/surroundings.ts';
import { loadConfig } from '../../src/config/index.ts';
import { systemClock, type Clock } from '../../src/domain/clock.ts';
import { createLogger } from '../../src/observe/logger.ts';
import { startFakePlatform, type FakePlatform } from './fakePlatform.ts';

/** A GraphQL answer over HTTP. */
export interface GraphQLAnswer {
  readonly status: number;
  readonly data: unknown;
  readonly errors: readonly GraphQLAnswerError[] | undefined;
  readonly headers: Headers;
  /** The body as it came, to look for what must not be in it. */
  readonly text: string;
}

export interface GraphQLAnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** A gateway in production form, with a scripted platform behind it. */
export interface TestGateway {
  readonly url: string;
  /** Where its health and metrics are. */
  readonly adminUrl: string;
  readonly platform: FakePlatform;
  /** Its log so far, a line each. */
  readonly log: readonly string[];
  query(query: string, variables?: object, headers?: Readonly<Record<string, string>>): Promise<GraphQLAnswer>;
  close(): Promise<void>;
}

/** How the platform is signed in at, in these tests. */
export const OAUTH = { CAPILLARY_CLIENT_KEY: 'test-key', CAPILLARY_CLIENT_SECRET: 'test-secret-of-client' };
export const TILL = { CAPILLARY_TILL_USERNAME: 'test.till', CAPILLARY_TILL_PASSWORD: 'test-password-of-till' };

/** What the federation router shows; a test gateway that is a subgraph is asked as the router asks, unless said. */
export const ROUTER = { 'x-federation-secret': 'test-secret-of-router-0123456789' };
/** The HTTP client of gateways whose test names none: see `overUndici.ts`. */
export const httpClient: { name: 'got' | 'undici' } = { name: 'got' };

/** Each test reads for itself, but those about the cache, and those that are run with it too: see `withCache.ts`. */
export const cache: { freshSeconds: string } = { freshSeconds: '0' };

export interface TestGatewayOptions {
  /** Set on top of a real platform's configuration with an OAuth client and open access. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  /** Patience with Redis: a busy machine is no silent Redis. Left out: as in production. */
  readonly redisTimeoutMs?: number;
  /** The platform to stand before, where several gateways share one; it is not closed with them. */
  readonly platform?: FakePlatform;
  /** Jitter, 0 to 1. Left out: 0, so that a retry follows at once, for on a clock that stands still a pause would not end. */
  readonly random?: () => number;
  /** The ways to an answer that are open; all, unless the test compares them. */
  readonly roads?: Roads;
}

/** Starts both sides on ports of the system's choosing. */
export async function startGateway({
  env = {},
  clock = systemClock,
  platform: shared,
  random = () => 0,
  redisTimeoutMs,
  roads,
}: TestGatewayOptions = {}): Promise<TestGateway> {
  const platform = shared ?? (await startFakePlatform());
  const log: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      log.push(...String(chunk).trimEnd().split('\n'));
      done();
    },
  });
  const config = loadConfig({
    PORT: '0',
    ADMIN_PORT: '0',
    CAPILLARY_BASE_URL: platform.url,
    ...('CAPILLARY_TILL_USERNAME' in env ? {} : OAUTH),
    AUTH_MODE: 'none',
    ...(env['FEDERATION'] === 'on' ? { FEDERATION_SECRET: ROUTER['x-federation-secret'] } : {}),
    CACHE_FRESH_SECONDS: cache.freshSeconds,
    CACHE_STALE_SECONDS: '0',
    CAPILLARY_HTTP_CLIENT: httpClient.name,
    ...env,
  });
  const gateway = await start(config, {
    clock,
    ...(redisTimeoutMs !== undefined && { redisTimeoutMs }),
    logger: createLogger({ level: config.logLevel, destination }),
    random,
    ...(roads === undefined ? {} : { roads }),
  });

  return {
    url: gateway.url,
    adminUrl: gateway.adminUrl,
    platform,
    log,
    query: (query, variables, headers) =>
      post(gateway.url, { query, variables }, { ...(config.federation ? ROUTER : {}), ...headers }),
    async close() {
      await gateway.close();
      if (shared === undefined) await platform.close();
    },
  };
}

/** Posts one GraphQL request. */
export async function post(
  url: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<GraphQLAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return answerOf(response);
}

/** Asks with GET, as one who shows that it is no page of another origin. */
export async function get(
  url: string,
  params: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<GraphQLAnswer> {
  const search = String(new URLSearchParams(params));
  return answerOf(await fetch(`${url}?${search}`, { headers: { 'apollo-require-preflight': 'true', ...headers } }));
}

async function answerOf(response: Response): Promise<GraphQLAnswer> {
  const text = await response.text();
  const { data, errors } = JSON.parse(text) as Pick<GraphQLAnswer, 'data' | 'errors'>;
  return { status: response.status, data, errors, headers: response.headers, text };
}
