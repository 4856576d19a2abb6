import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Head } from './head.ts';

/** Says which of the allowed origins is answered; never `*`, and nothing to an origin that is not on the list. */
export function allowOrigin({ headers }: IncomingMessage, head: Head, origins: ReadonlySet<string>): boolean {
  // What is answered hangs on who asks and how, also where the answer is a refusal.
  head.set('vary', 'Origin, Authorization, Accept, x-explain');
  const { origin } = headers;
  if (origin === undefined || !origins.has(origin)) return false;
  head.set('access-control-allow-origin', origin);
  head.set('access-control-expose-headers', 'retry-after, www-authenticate');
  return true;
}

/** Answers a preflight. @see https://fetch.spec.whatwg.org/#http-cors-protocol */
export function answerPreflight(
  request: IncomingMessage,
  response: ServerResponse,
  head: Head,
  origins: ReadonlySet<string>,
): void {
  if (allowOrigin(request, head, origins)) {
    head.set('access-control-allow-methods', 'GET, POST');
    head.set('access-control-allow-headers', ALLOWED_HEADERS);
    head.set('access-control-max-age', '600');
  }
  head.write(response, 204).end();
}

const ALLOWED_HEADERS =
  'authorization, content-type, apollo-require-preflight, x-apollo-operation-name, x-deadline-ms, x-explain';
