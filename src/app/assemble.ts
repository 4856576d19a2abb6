import type { Server } from 'node:http';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { createRouterCheck, ROUTER_HEADER } from '../auth/router.ts';
import type { Recognised } from '../auth/viewer.ts';
import type { Config } from '../config/index.ts';
import { call, EndOfTurn } from '../domain/endOfTurn.ts';
import { createMeter, OperationReads } from '../domain/operation.ts';
import { createApollo } from '../graphql/apollo.ts';
import type { OperationContext } from '../graphql/context.ts';
import { FIRST_OPERATION } from '../graphql/firstOperation.ts';
import { loadOperationList } from '../graphql/persisted/loadList.ts';
import { createRegisteredQueries } from '../graphql/persisted/registeredQueries.ts';
import { createExplorer } from '../http/explorer.ts';
import { RememberedAnswers } from '../http/remembered.ts';
import { createHttpServer } from '../http/server.ts';
import { OperationSlots } from '../http/slots.ts';
import { Starts } from '../http/starts.ts';
import { createLoaders } from '../loaders/index.ts';
import { createObservation, type Shown } from '../observe/observation.ts';
import { createOperationLines } from '../observe/operationLines.ts';
import { createPlatform } from '../platform/index.ts';
import { loadTransport } from '../platform/transport/transports.ts';
import { MemoryRoom } from '../store/memory.ts';
import { authenticateOf } from './callers.ts';
import { platformOf } from './platform.ts';
import { connectShared, sealOf } from './redis.ts';
import type { SandboxFacts } from './sandbox.ts';
import { ALL_ROADS, type Lead, type Surroundings } from './surroundings.ts';

/** How long what is under way may take to finish. */
export const SHUTDOWN_GRACE_MS = 10_000;

/** Platform calls of one turn of the event loop, and no more operations start in it: enough to share what a turn costs. */
const MAX_SENT_TOGETHER = 32;

/** All parts of a gateway that serves the public port, ready to listen. */
export interface Assembly {
  readonly server: Server;
  readonly shown: Shown;
  /** Ends in good order. */
  readonly close: () => Promise<void>;
  /** Ends without the delay. */
  readonly end: () => Promise<void>;
}

/**
 * Puts the parts together: the only place that knows them all.
 *
 * @param lead what the primary of several processes keeps for this one
 * @throws when the list of operations cannot be used
 */
export async function assemble(
  config: Config,
  sandbox: SandboxFacts | null,
  surroundings: Surroundings,
  lead?: Lead,
): Promise<Assembly> {
  const { clock, logger, random, processMetrics, roads = ALL_ROADS } = surroundings;
  const list = await loadOperationList(config);
  let isClosing = false;
  const { telemetry, look } = createObservation({ logger, clock, processMetrics });
  const lineOf = createOperationLines(logger);
  const asked = platformOf(config, sandbox);
  const redis = await connectShared(config, surroundings, telemetry);
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
  const { apollo, known } = await createApollo({
    federation: config.federation,
    introspection: config.introspection,
    maxPlatformCalls: config.maxPlatformCalls,
    limits: config.limits,
    operations: { ...config.operations, list },
    registeredQueries: config.persistedQueries ? createRegisteredQueries(clock, shared) : null,
    ledgerPageSize: config.ledgerPageSize,
    isCompiling: roads.compiled,
    logger,
    lineOf,
    clock,
    telemetry,
    plugins: [explorer.plugin],
  });
  const isKept = config.cache.freshMs > 0; // Else nothing that is read would ever be given again.
  const quotaRemaining = () => platform.client.gate.remaining;
  const slots = new OperationSlots(config.http.maxConcurrentOperations);
  const server = createHttpServer({
    apollo,
    known: roads.known ? known : undefined,
    corsOrigins: new Set(config.http.corsOrigins),
    requestDeadlineMs: config.http.requestDeadlineMs,
    slots,
    starts: new Starts({ hasRoom: () => platform.client.toSend() < MAX_SENT_TOGETHER }),
    answering: new EndOfTurn(call),
    memory,
    isClosing: () => isClosing,
    maxConnections: config.http.maxConnections,
    pagePolicyOf: explorer.policyOf,
    clock,
    logger,
    telemetry,
    remembered: isKept && roads.remembered ? new RememberedAnswers({ memory, clock, lineOf, telemetry }) : undefined,
    isRepeating: roads.repeated,
    identify: ({ headers }, deadline) => {
      const callerOf = ({ viewer, isStill }: Recognised) => ({
        viewer,
        isStill,
        isRouter: isRouter(headers[ROUTER_HEADER]),
      });
      const recognised = authenticate(headers.authorization, deadline);
      return recognised instanceof Promise ? recognised.then(callerOf) : callerOf(recognised);
    },
    createContext: ({ viewer, isRouter: isFromRouter }, deadline) => {
      const meter = createMeter();
      const loaders = createLoaders({ platform, context: new OperationReads(deadline, meter) });
      return {
        viewer,
        isRouter: isFromRouter,
        loaders,
        meter,
        quotaRemaining,
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
    await new Promise((resolve) => setImmediate(resolve)); // What is answered already goes out first.
    const { shutdownDelayMs } = config.http;
    if (shutdownDelayMs > 0) await new Promise<void>((resolve) => void clock.after(shutdownDelayMs, resolve));
    await end();
  };
  return { server, shown, close, end };
}
