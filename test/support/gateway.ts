import { Writable } from 'node:stream';
import { startGateway as start } from '../../src/app.ts';
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
  readonly platform: FakePlatform;
  /** Its log so far, a line each. */
  readonly log: readonly string[];
  query(query: string, variables?: object, headers?: Readonly<Record<string, string>>): Promise<GraphQLAnswer>;
  close(): Promise<void>;
}

/** How the platform is signed in at, in these tests. */
export const OAUTH = { CAPILLARY_CLIENT_KEY: 'test-key', CAPILLARY_CLIENT_SECRET: 'test-secret-of-client' };
export const TILL = { CAPILLARY_TILL_USERNAME: 'test.till', CAPILLARY_TILL_PASSWORD: 'test-password-of-till' };

export interface TestGatewayOptions {
  /** Set on top of a real platform's configuration with an OAuth client and open access. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  /** The platform to stand before, where several gateways share one; it is not closed with them. */
  readonly platform?: FakePlatform;
  /** Jitter, 0 to 1. Left out: 0, so that a retry follows at once, for on a clock that stands still a pause would not end. */
  readonly random?: () => number;
}

/** Starts both sides on ports of the system's choosing. */
export async function startGateway({
  env = {},
  clock = systemClock,
  platform: shared,
  random = () => 0,
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
    CAPILLARY_BASE_URL: platform.url,
    ...('CAPILLARY_TILL_USERNAME' in env ? {} : OAUTH),
    AUTH_MODE: 'none',
    // Each test reads for itself, but those about the cache.
    CACHE_FRESH_SECONDS: '0',
    CACHE_STALE_SECONDS: '0',
    ...env,
  });
  const gateway = await start(config, {
    clock,
    logger: createLogger({ level: config.logLevel, destination }),
    random,
  });

  return {
    url: gateway.url,
    platform,
    log,
    query: (query, variables, headers) => post(gateway.url, { query, variables }, headers),
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
  const text = await response.text();
  const { data, errors } = JSON.parse(text) as Pick<GraphQLAnswer, 'data' | 'errors'>;
  return { status: response.status, data, errors, headers: response.headers, text };
}
