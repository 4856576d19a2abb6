import type { Clock } from '../../domain/clock.ts';
import { EXPLAIN_HEADER } from './explain.ts';
import type { OperationHooks } from './hooks.ts';

/**
 * Says for how long the caller's own cache may keep an answer: the whole seconds until the first part of it is no longer
 * fresh by configuration. Answers with errors, stale parts or ages of their own are kept by nobody, and so is one that
 * read nothing, or that explains what it cost.
 */
export function cacheControlPlugin({ clock }: { readonly clock: Clock }): OperationHooks {
  return {
    willSendResponse({ request, response, errors = [], contextValue }) {
      const isKept = errors.length === 0 && !request.http?.headers.has(EXPLAIN_HEADER);
      const freshForMs = isKept ? contextValue.meter.freshUntilMs - clock.monotonicMs() : 0;
      response.http.headers.set('cache-control', cacheControlOf(freshForMs));
    },
  };
}

/** What `cache-control` says of an answer without errors; not finite: of one that nobody is to keep. */
export function cacheControlOf(freshForMs: number): string {
  const maxAge = Math.floor(freshForMs / 1000);
  return Number.isFinite(maxAge) && maxAge > 0 ? `private, max-age=${maxAge}` : 'no-store';
}
