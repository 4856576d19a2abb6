import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { DocumentNode } from 'graphql';
import type { Clock } from '../domain/clock.ts';
import type { Telemetry } from '../domain/telemetry.ts';
import type { Logger } from '../observe/logger.ts';
import type { OperationLine } from '../observe/operationLines.ts';
import { createMemoryStore } from '../store/memory.ts';
import type { Store } from '../store/store.ts';
import { createCoercion } from './coercion.ts';
import { createCompiledRun } from './compiled.ts';
import { createLoggedName } from '../observe/operationName.ts';
import type { OperationContext } from './context.ts';
import { createShapes } from './documentShape.ts';
import { formatError } from './formatError.ts';
import { KnownOperations } from './knownOperations.ts';
import { cacheControlPlugin } from './plugins/cacheControl.ts';
import { callersPlugin } from './plugins/callers.ts';
import { compiledPlugin } from './plugins/compiled.ts';
import { explainPlugin } from './plugins/explain.ts';
import { pluginOf } from './plugins/hooks.ts';
import { inputsPlugin } from './plugins/inputs.ts';
import { limitsPlugin, type LimitsOptions } from './plugins/limits.ts';
import { loggingPlugin } from './plugins/logging.ts';
import { metricsPlugin } from './plugins/metrics.ts';
import { bytesOfDocument, createDocumentStore } from './persisted/documentStore.ts';
import type { OperationList } from './persisted/operationList.ts';
import { createQueryCache, type RegisteredQuery } from './persisted/queryCache.ts';
import { repeatablePlugin } from './plugins/repeatable.ts';
import { persistedPlugin, type OperationsMode } from './plugins/persisted.ts';
import { createPlan } from './plan.ts';
import { createSchema } from './schema.ts';

export interface ApolloOptions {
  readonly federation: boolean;
  readonly introspection: boolean;
  readonly ledgerPageSize: number;
  readonly maxPlatformCalls: number;
  readonly limits: Omit<LimitsOptions, 'list'> & { readonly maxListLength: number };
  readonly operations: {
    readonly mode: OperationsMode;
    readonly list: OperationList;
    /** Instead of `maxPlatformCalls`, for operations of the list. */
    readonly maxPlatformCalls: number;
  };
  /** Where documents are kept that clients register; null: they may not. */
  readonly registeredQueries: Store<RegisteredQuery> | null;
  readonly logger: Logger;
  /** What writes that an operation of this name went well. */
  readonly lineOf: (operation: string | null) => OperationLine;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Whether operations that come again are compiled; a subgraph's never are. */
  readonly isCompiling: boolean;
  /** Plugins of other layers: the explorer's page, the drain of the HTTP server. */
  readonly plugins: readonly ApolloServerPlugin<OperationContext>[];
}

/**
 * An answer with a thousand errors helps nobody but who wants a large answer for a small question. Behind these
 * graphql-js says that there are more.
 */
const MAX_ERRORS = 4;
/** Parsed documents, so that what comes again is neither parsed nor validated again. */
const DOCUMENTS = { maxEntries: 1000, maxBytes: 32 * 1024 * 1024, bytesOf: bytesOfDocument };

/** What answers operations. */
export interface Answering {
  readonly apollo: ApolloServer<OperationContext>;
  /** A shorter way to what it would answer; undefined where nothing is compiled. */
  readonly known: KnownOperations | undefined;
}

/** Apollo Server with every safety option said, so that none hangs on NODE_ENV or a default of the day. */
export async function createApollo(options: ApolloOptions): Promise<Answering> {
  const {
    federation,
    introspection,
    ledgerPageSize,
    maxPlatformCalls,
    limits,
    logger,
    lineOf,
    clock,
    plugins,
    telemetry,
  } = options;
  const { mode, list } = options.operations;
  const loggedName = createLoggedName();
  // A list that is enforced and documents that anybody may register would contradict each other.
  const registeredQueries = mode === 'enforce' ? null : options.registeredQueries;
  const maxPlatformCallsOf = (document: DocumentNode) =>
    list.has(document) ? options.operations.maxPlatformCalls : maxPlatformCalls;

  const schema = await createSchema({ federation, ledgerPageSize });
  const shapeOf = createShapes(schema);
  const coerce = createCoercion(schema, MAX_ERRORS);
  const planCalls = createPlan(schema, shapeOf, { ledgerPageSize });

  const run = federation || !options.isCompiling ? null : createCompiledRun({ schema, coerce });

  const isTold = (text: string) => mode === 'log' && list.byText(text) === undefined;
  const hooks = [
    // First: what it refuses, nobody else looks at.
    persistedPlugin({ ...options, list, mode, automatic: registeredQueries !== null }),
    callersPlugin({ shapeOf, coerce }),
    limitsPlugin({ ...limits, list }),
    inputsPlugin({ maxPlatformCallsOf, maxListLength: limits.maxListLength }, { shapeOf, coerce, planCalls }),
    ...(run === null ? [] : [compiledPlugin(run)]),
    explainPlugin(),
    cacheControlPlugin({ clock }),
    loggingPlugin({ logger, lineOf, clock, list, loggedName }),
    metricsPlugin({ telemetry, clock }),
    repeatablePlugin({ isTold, list, loggedName }),
  ];
  const known = run === null ? undefined : new KnownOperations({ schema, hooks, run, isTold });

  const apollo = new ApolloServer<OperationContext>({
    schema,
    nodeEnv: 'production',
    apollo: {},
    logger: {
      // Apollo's own lines may quote a request.
      debug: () => undefined,
      info: () => undefined,
      warn: () => logger.warn('Apollo Server gave a warning.'),
      error: () => logger.error('Apollo Server reported an error.'),
    },
    introspection,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    cache: 'bounded',
    persistedQueries: registeredQueries !== null && { cache: createQueryCache(registeredQueries) },
    documentStore: createDocumentStore(list, createMemoryStore({ ...DOCUMENTS, clock })),
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    // Our own limit of fields counts the same, and says by how much.
    maxRecursiveSelections: false,
    parseOptions: { maxLexicalTokens: limits.maxTokens },
    validationOptions: { maxErrors: MAX_ERRORS },
    executionOptions: { maxCoercionErrors: MAX_ERRORS },
    stopOnTerminationSignals: false,
    formatError,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      pluginOf(known === undefined ? hooks : [...hooks, known.learning]),
      ...plugins,
    ],
  });
  return { apollo, known };
}
