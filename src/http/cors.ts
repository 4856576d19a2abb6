import type { IncomingMessage, ServerResponse } from 'node:http';

/** Says which of the allowed origins is answered; never `*`, and nothing to an origin that is not on the list. */
export function allowOrigin(request: IncomingMessage, response: ServerResponse, origins: ReadonlySet<string>): boolean {
  // What is answered hangs on who asks and how, also where the answer is a refusal.
  response.setHeader('vary', 'Origin, Authorization, Accept, x-explain');
  const { origin } = request.headers;
  if (origin === undefined || !origins.has(origin)) return false;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', 'retry-after, www-authenticate');
  return true;
}

/** Answers a preflight. @see https://fetch.spec.whatwg.org/#http-cors-protocol */
export function answerPreflight(
  request: IncomingMessage,
  response: ServerResponse,
  origins: ReadonlySet<string>,
): void {
  if (allowOrigin(request, response, origins)) {
    response.setHeader('access-control-allow-methods', 'GET, POST');
    response.setHeader('access-control-allow-headers', ALLOWED_HEADERS);
    response.setHeader('access-control-max-age', '600');
  }
  response.writeHead(204).end();
}

const ALLOWED_HEADERS =
  'authorization, content-type, apollo-require-preflight, x-apollo-operation-name, x-deadline-ms, x-explain';
