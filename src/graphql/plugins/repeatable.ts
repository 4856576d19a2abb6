import type { LoggedName } from '../../observe/operationName.ts';
import type { OperationList } from '../persisted/operationList.ts';
import { EXPLAIN_HEADER } from './explain.ts';
import type { OperationHooks } from './hooks.ts';

/**
 * Notes which answers are worth remembering: those without errors that the same request of the same caller would be given
 * again, for all that they were made of came from the cache, fresh by configuration. What was stale, or wanted under an age
 * of its own, was this operation's own; most of what it had to read of the platform nobody asks for again, and what
 * somebody does comes from the cache then.
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
}): OperationHooks {
  return {
    willSendResponse({ request, source, document, operationName, errors = [], contextValue }) {
      const { parts, reads, freshUntilMs } = contextValue.meter;
      const isCachedWhole = parts.length > 0 && parts.length === reads && freshUntilMs !== -Infinity;
      // Registering a document, and running one by its hash, hang on more than on who asks.
      const isRegistered = request.extensions?.['persistedQuery'] !== undefined;
      const isExplained = request.http?.headers.has(EXPLAIN_HEADER) === true;
      if (errors.length > 0 || !isCachedWhole || isRegistered || isExplained) return;
      if (!isTold(source)) {
        const isListed = document !== undefined && list.has(document);
        contextValue.ending.repeatableAs = loggedName(operationName, isListed);
      }
    },
  };
}
