import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../observe/logger.ts';
import type { OperationContext } from './context.ts';
import { formatError } from './formatError.ts';
import { callersPlugin } from './plugins/callers.ts';
import { explainPlugin } from './plugins/explain.ts';
import { inputsPlugin } from './plugins/inputs.ts';
import { loggingPlugin } from './plugins/logging.ts';
import { createSchema } from './schema.ts';

export interface ApolloOptions {
  readonly federation: boolean;
  readonly introspection: boolean;
  readonly ledgerPageSize: number;
  readonly maxPlatformCalls: number;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Plugins of other layers: the explorer's page, the drain of the HTTP server. */
  readonly plugins: readonly ApolloServerPlugin<OperationContext>[];
}

/** A document of ours has some 200 tokens; one with a list of 100 ids has 300. */
const MAX_TOKENS = 2_000;
/** Counted by Apollo after fragments are spread. */
const MAX_RECURSIVE_SELECTIONS = 10_000;
/** An answer with a thousand errors helps nobody but who wants a large answer for a small question. */
const MAX_ERRORS = 5;

/** Apollo Server with every safety option said, so that none hangs on NODE_ENV or a default of the day. */
export function createApollo(options: ApolloOptions): ApolloServer<OperationContext> {
  const { federation, introspection, ledgerPageSize, maxPlatformCalls, logger, clock, plugins } = options;
  return new ApolloServer<OperationContext>({
    schema: createSchema({ federation, ledgerPageSize }),
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
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    maxRecursiveSelections: MAX_RECURSIVE_SELECTIONS,
    parseOptions: { maxLexicalTokens: MAX_TOKENS },
    validationOptions: { maxErrors: MAX_ERRORS },
    executionOptions: { maxCoercionErrors: MAX_ERRORS },
    stopOnTerminationSignals: false,
    formatError,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      callersPlugin(),
      inputsPlugin({ maxPlatformCalls, ledgerPageSize }),
      explainPlugin(),
      loggingPlugin({ logger, clock }),
      ...plugins,
    ],
  });
}
