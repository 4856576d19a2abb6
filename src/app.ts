import type { Server } from 'node:http';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import type { Registry } from 'prom-client';
import { fetchKeys } from './auth/fetchKeys.ts';
import { createKeySet } from './auth/keySet.ts';
import { createRouterCheck, ROUTER_HEADER } from './auth/router.ts';
import { createJwtAuthenticate, createOpenAuthenticate, type Authenticate } from './auth/verify.ts';
import type { Config } from './config/index.ts';
import type { Clock } from './domain/clock.ts';
import { customerIdOf } from './domain/customer.ts';
import { createMeter, type ReadContext } from './domain/operation.ts';
import { Secret } from './domain/secret.ts';
import { createApollo } from './graphql/apollo.ts';
import type { OperationContext } from './graphql/context.ts';
import { FIRST_OPERATION } from './graphql/firstOperation.ts';
import { createAdminServer } from './http/admin.ts';
import { loadOperationList } from './graphql/persisted/loadList.ts';
import { createRegisteredQueries } from './graphql/persisted/registeredQueries.ts';
import { listen, listenBoth } from './http/listen.ts';
import { createExplorer } from './http/explorer.ts';
import { boundConnections } from './http/connections.ts';
import { createHttpServer, GRAPHQL_PATH } from './http/server.ts';
import { RememberedAnswers } from './http/remembered.ts';
import { OperationSlots } from './http/slots.ts';
import { createLoaders } from './loaders/index.ts';
import { failureOf } from './observe/failure.ts';
import type { Logger } from './observe/logger.ts';
import { createObservation, type Shown } from './observe/observation.ts';
import { createPlatform } from './platform/index.ts';
import type { PlatformCredentials } from './platform/credentials.ts';
import type { Quota } from './platform/quota.ts';
import { loadTransport } from './platform/transports.ts';
import { startSandbox, type Sandbox } from './sandbox/server.ts';
import { MemoryRoom } from './store/memory.ts';
import { connectRedis } from './store/redisLink.ts';
import { createSeal, type Seal } from './store/seal.ts';

/** What every part is handed and nothing looks up. */
export interface Surroundings {
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  /** Metrics of the process, for `/metrics` to show too. */
  readonly processMetrics?: Registry;
  /** What a request may lose to a Redis that is silent; tests that are not about that have more patience. */
  readonly redisTimeoutMs?: number;
  /** Left out: all of them. */
  readonly roads?: Roads;
}

/** The embedded sandbox, as far as it must be known to ask it. */
export type SandboxFacts = Pick<Sandbox, 'url' | 'credentials' | 'firstCustomerId'>;

/** What a primary process keeps for all of its workers, as one of them is handed it. */
export interface Lead {
  /** The sandbox it has started; null before a tenant's platform. */
  readonly sandbox: SandboxFacts | null;
  readonly quota: Quota;
  /** Of the platform calls under way at once, those of this worker. */
  readonly maxConcurrent: number;
}

/** The ways to an answer that spare work. All lead to the same one; a test that compares them takes them one by one. */
export interface Roads {
  /** Whether whole answers are remembered. */
  readonly remembered: boolean;
  /** Whether a request that came before, byte for byte, is given its remembered answer unparsed. */
  readonly repeated: boolean;
  /** Whether operations that come again are compiled. */
  readonly compiled: boolean;
}

const ALL_ROADS: Roads = { remembered: true, repeated: true, compiled: true };

/** A running gateway. */
export interface Gateway {
  /** Where GraphQL is served. */
  readonly url: string;
  /** Where health and metrics are served: `http://{host}:{port}`. */
  readonly adminUrl: string;
  /** The platform it asks: a tenant's, or the embedded sandbox. */
  readonly platform: 'tenant' | 'sandbox';
  /**
   * Says that it is no longer ready, serves on for `SHUTDOWN_DELAY_SECONDS`, then stops accepting, lets what is under way
   * finish (10 seconds at most), and closes everything, health last.
   */
  close(): Promise<void>;
}

/** One of several processes that serve one port: its primary has the admin port. */
export interface WorkerGateway extends Pick<Gateway, 'url' | 'close'> {
  /** What the primary shows of it. */
  readonly shown: Pick<Shown, 'health' | 'report'>;
}

/** How long what is under way may take to finish. */
export const SHUTDOWN_GRACE_MS = 10_000;

/**
 * Puts the gateway together and starts it: the only place that knows every part.
 *
 * @throws when a port is taken, the list of operations cannot be used, or the sandbox's data or faults are malformed
 */
export async function startGateway(config: Config, surroundings: Surroundings): Promise<Gateway> {
  const sandbox = config.platform === null ? await startEmbeddedSandbox(config, surroundings.clock) : null;
  try {
    return await startBehind(config, sandbox, surroundings);
  } catch (error) {
    // A port that is taken must end the process, not leave it hanging on what was started before.
    await sandbox?.close();
    throw error;
  }
}

async function startBehind(config: Config, sandbox: Sandbox | null, surroundings: Surroundings): Promise<Gateway> {
  const { server, shown, close, end } = await assemble(config, sandbox, surroundings);
  const admin = createAdminServer({ health: shown.health, metrics: shown.metrics });
  const { host, port, adminPort } = config.http;
  const [publicUrl, adminUrl] = await listenBoth(
    [server, { host, port, variable: 'PORT' }],
    [admin, { host, port: adminPort, variable: 'ADMIN_PORT' }],
  ).catch(async (error: unknown) => {
    await end();
    await closeServer(admin);
    throw error;
  });
  warnOfSettings(config, surroundings.logger);

  return {
    url: `${publicUrl}${GRAPHQL_PATH}`,
    adminUrl,
    platform: sandbox === null ? 'tenant' : 'sandbox',
    async close() {
      await close();
      await closeServer(admin);
      await sandbox?.close();
    },
  };
}

/**
 * Starts what one worker serves: the public port, which it shares with the others, over what its primary keeps.
 *
 * @throws when the port is taken
 */
export async function startWorkerGateway(
  config: Config,
  surroundings: Surroundings,
  lead: Lead,
): Promise<WorkerGateway> {
  const { server, shown, close, end } = await assemble(config, lead.sandbox, surroundings, lead);
  boundConnections(server, config.http.maxConnections);
  const { host, port } = config.http;
  const publicUrl = await listen(server, { host, port, variable: 'PORT' }).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  return { url: `${publicUrl}${GRAPHQL_PATH}`, shown, close };
}

/** All parts of a gateway that serves the public port, ready to listen. */
interface Assembly {
  readonly server: Server;
  readonly shown: Shown;
  /** Ends in good order. */
  readonly close: () => Promise<void>;
  /** Ends without the delay. */
  readonly end: () => Promise<void>;
}

async function assemble(
  config: Config,
  sandbox: SandboxFacts | null,
  surroundings: Surroundings,
  lead?: Lead,
): Promise<Assembly> {
  const { clock, logger, random, processMetrics, redisTimeoutMs, roads = ALL_ROADS } = surroundings;
  const list = loadOperationList(config);
  let isClosing = false;
  const { telemetry, look } = createObservation({ logger, clock, processMetrics });
  const asked = platformOf(config, sandbox);
  const redis =
    config.redisUrl === null
      ? undefined
      : await connectRedis({
          url: config.redisUrl.reveal(),
          clock,
          telemetry,
          timeoutMs: redisTimeoutMs,
          onMove: (state) => telemetry.redisMoved(state),
        });
  const shared = redis && { link: redis, seal: sealOf(asked) };
  // One for all that is kept of the platform's answers, in whichever form.
  const memory = new MemoryRoom({ maxBytes: config.cache.maxBytes, clock });
  const platform = createPlatform({
    ...asked,
    createTransport: await loadTransport(config.httpClient),
    ...config.quota,
    ...(lead === undefined ? {} : { quota: lead.quota, maxConcurrent: lead.maxConcurrent }),
    shared,
    cache: config.cache,
    memory,
    random,
    ledgerPageSize: config.ledgerPageSize,
    tokenTimeoutMs: config.http.requestDeadlineMs,
    refreshTimeoutMs: config.http.requestDeadlineMs,
    clock,
    telemetry,
  });
  const authenticate = authenticateOf(config, sandbox, surroundings);
  const isRouter = createRouterCheck(config.federationSecret);

  const explorer = createExplorer<OperationContext>(config.explorer, FIRST_OPERATION);

  // The drain plugin wants the HTTP server, and that wants Apollo: the plugin is added to Apollo before it starts.
  const apollo = createApollo({
    federation: config.federation,
    introspection: config.introspection,
    maxPlatformCalls: config.maxPlatformCalls,
    limits: config.limits,
    operations: { ...config.operations, list },
    registeredQueries: config.persistedQueries ? createRegisteredQueries(clock, shared) : null,
    ledgerPageSize: config.ledgerPageSize,
    isCompiling: roads.compiled,
    logger,
    clock,
    telemetry,
    plugins: [explorer.plugin],
  });
  const isKept = config.cache.freshMs > 0; // Else nothing that is read would ever be given again.
  const slots = new OperationSlots(config.http.maxConcurrentOperations);
  const server = createHttpServer({
    apollo,
    corsOrigins: new Set(config.http.corsOrigins),
    requestDeadlineMs: config.http.requestDeadlineMs,
    slots,
    memory,
    isClosing: () => isClosing,
    maxConnections: config.http.maxConnections,
    pagePolicyOf: explorer.policyOf,
    clock,
    logger,
    telemetry,
    remembered: isKept && roads.remembered ? new RememberedAnswers({ memory, clock, logger, telemetry }) : undefined,
    isRepeating: roads.repeated,
    identify: async (request, deadline) => ({
      ...(await authenticate(request.headers.authorization, deadline)),
      isRouter: isRouter(request.headers[ROUTER_HEADER]),
    }),
    createContext: ({ viewer, isRouter: isFromRouter }, deadline) => {
      const meter = createMeter();
      const context: ReadContext = {
        signal: deadline.signal,
        deadlineAtMs: () => deadline.atMs,
        priority: () => 'interactive',
        meter,
      };
      const loaders = createLoaders({ platform, context });
      return {
        viewer,
        isRouter: isFromRouter,
        loaders,
        meter,
        quotaRemaining: () => platform.client.gate.remaining,
        startedAtMs: clock.monotonicMs(),
        ending: {},
      };
    },
  });
  apollo.addPlugin(ApolloServerPluginDrainHttpServer({ httpServer: server, stopGracePeriodMillis: SHUTDOWN_GRACE_MS }));
  const shown = look({
    isClosing: () => isClosing,
    operationsUnderWay: () => slots.taken,
    quota: () => ({ limit: platform.client.gate.limit, left: platform.client.gate.remaining }),
    breakers: platform.client.breakers,
    redis: () => redis?.state ?? 'off',
    cacheEntries: platform.cacheSizes,
  });

  await apollo.start();
  const end = async () => {
    await apollo.stop();
    platform.close();
    await redis?.close();
  };
  const close = async () => {
    isClosing = true;
    const { shutdownDelayMs } = config.http;
    if (shutdownDelayMs > 0) await new Promise<void>((resolve) => void clock.after(shutdownDelayMs, resolve));
    await end();
  };
  return { server, shown, close, end };
}

/** Stops listening, and hangs up on everybody. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Settings that an operator may not have meant, and settings that contradict each other and do no harm. */
export function warnOfSettings({ auth, platform, operations, explorer }: Config, logger: Logger): void {
  if (auth.mode === 'none' && platform !== null) {
    logger.warn('AUTH_MODE=none: whoever reaches this port reads every customer.');
  }
  // Who sets rules for tokens may take them to hold.
  if (auth.mode === 'none' && auth.unread.length > 0) {
    logger.warn(`AUTH_MODE=none: ${auth.unread.join(', ')} are not read, and no token is checked.`);
  }
  if (operations.mode === 'enforce' && explorer !== 'off') {
    logger.warn('OPERATIONS_MODE=enforce: what is written in the explorer is not listed, and will be refused.');
  }
  if (operations.mode === 'off' && operations.manifestPath !== null) {
    logger.warn('OPERATIONS_MODE=off: OPERATIONS_MANIFEST is not read, and every operation runs.');
  }
}

/** The platform where there is none: on this machine, on a port of the system's choosing. */
export function startEmbeddedSandbox({ sandbox }: Config, clock: Clock): Promise<Sandbox> {
  return startSandbox({
    host: '127.0.0.1',
    port: 0,
    now: () => clock.now(),
    latencyMs: sandbox.latencyMs,
    faults: sandbox.faults,
    requestsPerMinute: sandbox.requestsPerMinute,
  });
}

/** What is shared over Redis is sealed with what all gateways of one org have: their credential. */
export function sealOf({
  baseUrl,
  credentials,
}: {
  readonly baseUrl: URL;
  readonly credentials: PlatformCredentials;
}): Seal {
  return credentials.kind === 'oauth'
    ? createSeal(credentials.clientSecret, `${baseUrl.href} oauth ${credentials.clientKey}`)
    : createSeal(credentials.password, `${baseUrl.href} till ${credentials.username}`);
}

/** Where the platform is, and how to sign in there. */
export function platformOf(config: Config, sandbox: SandboxFacts | null) {
  if (config.platform !== null) return config.platform;
  if (sandbox === null) throw new Error('Neither a platform nor a sandbox.');
  const { clientKey, clientSecret } = sandbox.credentials;
  return {
    baseUrl: new URL(`${sandbox.url}/`),
    credentials: { kind: 'oauth', clientKey, clientSecret: new Secret(clientSecret) },
  } as const;
}

function authenticateOf(
  { auth }: Config,
  sandbox: SandboxFacts | null,
  { clock, logger }: Pick<Surroundings, 'clock' | 'logger'>,
): Authenticate {
  if (auth.mode === 'jwt') {
    const keySet = createKeySet({
      fetchKeys: () => fetchKeys({ jwksUrl: auth.jwksUrl, clock }),
      clock,
      onFailure: (error) => logger.warn({ failure: failureOf(error) }, 'key set not read'),
    });
    // In the background: callers without a token need no keys, and an issuer that is down for a moment no restart.
    void keySet.warm();
    return createJwtAuthenticate({ rules: auth, keySet, clock });
  }
  // Somebody must be "me" for a first look at the sandbox; nobody is, at a real platform without tokens.
  const customerId = sandbox === null ? null : customerIdOf(sandbox.firstCustomerId, "The sandbox's first customer");
  return createOpenAuthenticate({ isAuthenticated: true, customerId, mayReadAny: true });
}
