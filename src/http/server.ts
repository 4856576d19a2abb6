import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer, type BaseContext, type HTTPGraphQLResponse } from '@apollo/server';
import type { Clock } from '../domain/clock.ts';
import { GatewayError } from '../domain/errors.ts';
import { failureOf } from '../observe/failure.ts';
import type { Logger } from '../observe/logger.ts';
import { readJsonBody } from './body.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import { createDeadline, deadlineMsOf, type Deadline } from './deadline.ts';
import { endConnection, HttpRefusal, notAllowed, refusalOf, unparsed, writeRefusal } from './refusal.ts';
import { setSecurityHeaders } from './securityHeaders.ts';
import { createUnderWay } from './underWay.ts';
import { assertWellFormed } from './wellFormed.ts';

export interface HttpServerOptions<Context extends BaseContext> {
  readonly apollo: ApolloServer<Context>;
  /** Who asks, and everything an operation needs. @throws {GatewayError} `UNAUTHENTICATED` for a bad token */
  readonly createContext: (request: IncomingMessage, deadline: Deadline) => Promise<Context>;
  readonly corsOrigins: ReadonlySet<string>;
  readonly requestDeadlineMs: number;
  /** More are hung up on before they can ask. */
  readonly maxConnections: number;
  /** The content security policy of the explorer's page. */
  readonly pagePolicyOf: (html: string) => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The one path that is served. */
export const GRAPHQL_PATH = '/graphql';

const MAX_BODY_BYTES = 1_000_000;
const MAX_HEADER_BYTES = 16 * 1024;
/** After a refusal, of a body that is still being sent. */
const MAX_DRAINED_BYTES = 64_000_000;
const MAX_DRAINED_MS = 2000;
/** So that long-lived connections come to be spread anew over the gateways behind a load balancer. */
const MAX_REQUESTS_PER_CONNECTION = 10_000;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_TIMEOUT_MS = 65_000; // Above the 60 s of common load balancers, so that they close first.

/** `node:http` around Apollo's own road for integrations: the GraphQL endpoint and its explorer, nothing else. */
export function createHttpServer<Context extends BaseContext>(options: HttpServerOptions<Context>): Server {
  const { logger } = options;
  const underWay = createUnderWay();
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: 1000,
    insecureHTTPParser: false,
    requireHostHeader: false, // Node refuses with an empty answer; `answer` does so in JSON.
  });
  server.maxConnections = options.maxConnections;
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION;
  // Node would drop what is over its limit in silence, the token perhaps; `answer` counts and refuses.
  server.maxHeadersCount = 0;

  const serve = (respond: typeof answer<Context>) => (request: IncomingMessage, response: ServerResponse) => {
    setSecurityHeaders(response);
    (async () => {
      underWay.add(request, response);
      await respond(request, response, options);
    })().catch((error: unknown) => refuse(request, response, error, logger));
  };
  server.on('request', serve(answer));
  server.on('checkExpectation', serve(unexpected));
  server.on('connect', (_request, socket) => endConnection(socket, notAllowed()));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // What were written now would be taken for the answer to a request before.
    if (!socket.writable || underWay.isAnswering(socket)) socket.destroy();
    else endConnection(socket, unparsed(error.code));
  });
  return server;
}

async function answer<Context extends BaseContext>(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpServerOptions<Context>,
): Promise<void> {
  const { apollo, createContext, corsOrigins, requestDeadlineMs, pagePolicyOf, clock } = options;
  const [path, search] = splitUrl(request.url ?? '');
  assertWellFormed(request, search);
  if (path !== GRAPHQL_PATH) throw new HttpRefusal(404, 'NOT_FOUND', `GraphQL is served at ${GRAPHQL_PATH}.`);
  const { method = '' } = request;
  if (method === 'OPTIONS') {
    answerPreflight(request, response, corsOrigins);
    return;
  }
  allowOrigin(request, response, corsOrigins);
  if (method !== 'GET' && method !== 'POST') {
    throw notAllowed();
  }

  const deadline = createDeadline(clock, deadlineMsOf(request.headers['x-deadline-ms'], requestDeadlineMs));
  response.once('close', () => deadline.abandon());
  try {
    const body = method === 'POST' ? await readJsonBody(request, MAX_BODY_BYTES) : undefined;
    const context = await createContext(request, deadline);
    const result = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers: headersOf(request), search, body },
      context: () => Promise.resolve(context),
    });
    await send(response, result, pagePolicyOf);
  } finally {
    deadline.dispose();
  }
}

async function send(
  response: ServerResponse,
  { status, headers, body }: HTTPGraphQLResponse,
  pagePolicyOf: (html: string) => string,
): Promise<void> {
  for (const [name, value] of headers) response.setHeader(name, value);
  response.statusCode = status ?? 200;
  if (body.kind === 'complete') {
    if (headers.get('content-type')?.startsWith('text/html') === true) {
      response.setHeader('content-security-policy', pagePolicyOf(body.string));
    }
    response.setHeader('content-length', Buffer.byteLength(body.string));
    response.end(body.string);
    return;
  }
  for await (const chunk of body.asyncIterator) response.write(chunk);
  response.end();
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown, logger: Logger): void {
  if (response.destroyed) {
    // The caller has hung up: there is nobody to refuse, and nothing of ours failed.
    logger.info({ outcome: 'gone' }, 'request');
    return;
  }
  const { status, code } = refusalOf(error);
  const reason = error instanceof GatewayError ? error.facts.detail : undefined;
  const line = { outcome: 'refused', status, code, reason };
  if (status >= 500) logger.error({ ...line, failure: failureOf(error) }, 'request');
  else logger.info(line, 'request');
  if (response.headersSent) {
    response.destroy();
    return;
  }
  writeRefusal(response, error);
  if (request.complete) response.end();
  else drain(request, response);
}

/**
 * Reads on for a moment before it hangs up, so that a caller who is still sending comes to read the answer: a connection
 * that is closed with unread input is reset, and the answer lost.
 */
function drain(request: IncomingMessage, response: ServerResponse): void {
  let left = MAX_DRAINED_BYTES;
  const end = () => response.end();
  const timer = setTimeout(end, MAX_DRAINED_MS).unref();
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) end();
  });
  request.once('end', end);
  response.once('close', () => clearTimeout(timer));
}

function unexpected(): Promise<never> {
  return Promise.reject(new HttpRefusal(417, 'EXPECTATION_FAILED', 'Expect 100-continue, or nothing.'));
}

/** Path and query of a request target, which a proxy may have sent in absolute form; the host in it is nobody's word. */
function splitUrl(target: string): [path: string, search: string] {
  const relative = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const question = relative.indexOf('?');
  return question < 0 ? [relative, ''] : [relative.slice(0, question), relative.slice(question)];
}

function headersOf({ headers }: IncomingMessage): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}
