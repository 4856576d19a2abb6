import type { OperationHooks } from './hooks.ts';

/** The header that asks for it: `platform`. */
export const EXPLAIN_HEADER = 'x-explain';

/**
 * Tells what an operation cost, in `extensions.platform`, to who asks with the header `x-explain: platform`: calls
 * planned and made, reads that joined another operation's, that the cache answered, fresh and stale, milliseconds spent
 * waiting for the quota, and the calls left of it. Strangers are told nothing: what is left of the quota is all callers'.
 */
export function explainPlugin(): OperationHooks {
  return {
    willSendResponse({ request, response, contextValue }) {
      const { body } = response;
      const isAsked = request.http?.headers.get(EXPLAIN_HEADER) === 'platform';
      if (!isAsked || !contextValue.viewer.isAuthenticated || body.kind !== 'single') return;
      const { plannedCalls, platformCalls, coalesced, fromCache, stale, waitedMs } = contextValue.meter;
      const platform = {
        planned: plannedCalls,
        made: platformCalls,
        coalesced,
        fromCache,
        stale,
        waitedMs: Math.round(waitedMs),
        quotaRemaining: contextValue.quotaRemaining(),
      };
      body.singleResult.extensions = { ...body.singleResult.extensions, platform };
    },
  };
}
