import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { createJwtAuthenticate, createOpenAuthenticate, type Authenticate } from './auth/verify.ts';
import type { Config } from './config/index.ts';
import type { Clock } from './domain/clock.ts';
import { customerIdOf } from './domain/customer.ts';
import { createMeter } from './domain/operation.ts';
import { Secret } from './domain/secret.ts';
import { createApollo } from './graphql/apollo.ts';
import type { OperationContext } from './graphql/context.ts';
import { FIRST_OPERATION } from './graphql/firstOperation.ts';
import { explorerPlugin } from './http/explorer.ts';
import { createHttpServer, GRAPHQL_PATH } from './http/server.ts';
import { createLoaders } from './loaders/index.ts';
import type { Logger } from './observe/logger.ts';
import { createPlatform } from './platform/index.ts';
import { loadTransport } from './platform/transports.ts';
import { startSandbox, type Sandbox } from './sandbox/server.ts';

/** What every part is handed and nothing looks up. */
export interface Surroundings {
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
}

/** A running gateway. */
export interface Gateway {
  /** Where GraphQL is served. */
  readonly url: string;
  /** The platform it asks: a tenant's, or the embedded sandbox. */
  readonly platform: 'tenant' | 'sandbox';
  /** Stops accepting, lets what is under way finish (10 seconds at most), and closes everything. */
  close(): Promise<void>;
}

const SHUTDOWN_GRACE_MS = 10_000;

/**
 * Puts the gateway together and starts it: the only place that knows every part.
 *
 * @throws when a port is taken, or the sandbox's data or faults are malformed
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
  const { clock, logger, random } = surroundings;
  const platform = createPlatform({
    ...platformOf(config, sandbox),
    createTransport: await loadTransport(config.httpClient),
    requestsPerMinute: Math.floor(config.quota.requestsPerMinute / config.quota.replicas),
    maxConcurrent: config.quota.maxConcurrent,
    cache: config.cache,
    random,
    ledgerPageSize: config.ledgerPageSize,
    tokenTimeoutMs: config.http.requestDeadlineMs,
    clock,
  });
  const authenticate = authenticateOf(config, sandbox, clock);

  // The drain plugin wants the HTTP server, and that wants Apollo: the plugin is added to Apollo before it starts.
  const apollo = createApollo({
    federation: config.federation,
    introspection: config.introspection,
    maxPlatformCalls: config.maxPlatformCalls,
    ledgerPageSize: config.ledgerPageSize,
    logger,
    clock,
    plugins: [explorerPlugin(config.explorer, FIRST_OPERATION)],
  });
  const server = createHttpServer<OperationContext>({
    apollo,
    corsOrigins: new Set(config.http.corsOrigins),
    requestDeadlineMs: config.http.requestDeadlineMs,
    clock,
    logger,
    createContext: async (request, { signal, atMs }) => {
      const viewer = await authenticate(request.headers.authorization);
      const meter = createMeter();
      const loaders = createLoaders({
        platform,
        context: { signal, deadlineAtMs: () => atMs, priority: () => 'interactive', meter },
        maxPlatformCalls: config.maxPlatformCalls,
      });
      return {
        viewer,
        loaders,
        meter,
        quotaRemaining: () => platform.client.gate.remaining,
        startedAtMs: clock.monotonicMs(),
      };
    },
  });
  apollo.addPlugin(ApolloServerPluginDrainHttpServer({ httpServer: server, stopGracePeriodMillis: SHUTDOWN_GRACE_MS }));
  await apollo.start();
  try {
    await listen(server, config.http);
  } catch (error) {
    await apollo.stop();
    platform.close();
    throw error;
  }
  if (config.auth.mode === 'none' && sandbox === null) {
    logger.warn('AUTH_MODE=none: whoever reaches this port reads every customer.');
  }

  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${hostInUrl(config.http.host)}:${port}${GRAPHQL_PATH}`,
    platform: sandbox === null ? 'tenant' : 'sandbox',
    async close() {
      await apollo.stop();
      platform.close();
      await sandbox?.close();
    },
  };
}

function listen(server: Server, { host, port }: Config['http']): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

function startEmbeddedSandbox({ sandbox }: Config, clock: Clock): Promise<Sandbox> {
  return startSandbox({
    host: '127.0.0.1',
    port: 0,
    now: () => clock.now(),
    latencyMs: sandbox.latencyMs,
    faults: sandbox.faults,
    requestsPerMinute: sandbox.requestsPerMinute,
  });
}

function platformOf(config: Config, sandbox: Sandbox | null) {
  if (config.platform !== null) return config.platform;
  if (sandbox === null) throw new Error('Neither a platform nor a sandbox.');
  const { clientKey, clientSecret } = sandbox.credentials;
  return {
    baseUrl: new URL(`${sandbox.url}/`),
    credentials: { kind: 'oauth', clientKey, clientSecret: new Secret(clientSecret) },
  } as const;
}

function authenticateOf({ auth }: Config, sandbox: Sandbox | null, clock: Clock): Authenticate {
  if (auth.mode === 'jwt') return createJwtAuthenticate({ ...auth, clock });
  // Somebody must be "me" for a first look at the sandbox; nobody is, at a real platform without tokens.
  const customerId = sandbox === null ? null : customerIdOf(sandbox.firstCustomerId, "The sandbox's first customer");
  return createOpenAuthenticate({ isAuthenticated: true, customerId, mayReadAny: true });
}

function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
