import type { ApolloServerPlugin } from '@apollo/server';
import type { LoggedName } from '../../observe/operationName.ts';
import type { OperationList } from '../persisted/operationList.ts';
import type { OperationContext } from '../context.ts';
import { EXPLAIN_HEADER } from './explain.ts';

/**
 * Notes which answers the same request of the same caller would be given again: those without errors that were read from
 * the cache alone, fresh by configuration. What was asked of the platform, waited for, or wanted under an age of its own
 * was this operation's own, and so was what it cost.
 *
 * @param isTold whether each run of a document is told to the operator
 */
export function repeatablePlugin({
  isTold,
  list,
  loggedName,
}: {
  readonly isTold: (text: string) => boolean;
  readonly list: OperationList;
  readonly loggedName: LoggedName;
}): ApolloServerPlugin<OperationContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse({ request, source, document, operationName, errors = [], contextValue }) {
          const { parts, fromCache, platformCalls, coalesced, stale, freshUntilMs } = contextValue.meter;
          const isCachedWhole = parts.length > 0 && parts.length === fromCache;
          const isOwn = platformCalls > 0 || coalesced > 0 || stale > 0 || freshUntilMs === -Infinity;
          // Registering a document, and running one by its hash, hang on more than on who asks.
          const isRegistered = request.extensions?.['persistedQuery'] !== undefined;
          const isExplained = request.http?.headers.has(EXPLAIN_HEADER) === true;
          if (errors.length > 0 || !isCachedWhole || isOwn || isRegistered || isExplained) return Promise.resolve();
          if (!isTold(source)) {
            const isListed = document !== undefined && list.has(document);
            contextValue.ending.repeatableAs = loggedName(operationName, isListed);
          }
          return Promise.resolve();
        },
      }),
  };
}
