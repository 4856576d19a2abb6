import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Health } from '../observe/health.ts';
import type { MetricsPage } from '../observe/metrics.ts';

export interface AdminServerOptions {
  readonly health: () => Health | Promise<Health>;
  /** All metrics, in Prometheus's text format. */
  readonly metrics: () => Promise<MetricsPage>;
}

/** What one path answers. */
interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

const MAX_HEADER_BYTES = 8 * 1024;
const TIMEOUT_MS = 5000;

/**
 * Health and metrics, on a port of their own: `/livez`, `/readyz`, `/metrics`, nothing else.
 *
 * `/livez` is 200 as long as the process runs, for whoever would start it anew; `/readyz` is 503 only when it closes, or
 * none of its workers serves, for whoever sends it callers. A platform that fails makes it degraded, not unready: all its replicas have the same one, and
 * what is cached is still answered.
 */
export function createAdminServer(options: AdminServerOptions): Server {
  return createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS },
    (request, response) => {
      pageFor(request, options).then(
        (page) => send(request, response, page),
        () => send(request, response, failure(500, 'INTERNAL_SERVER_ERROR', 'Something went wrong here.')),
      );
    },
  );
}

async function pageFor({ method, url = '' }: IncomingMessage, { health, metrics }: AdminServerOptions): Promise<Page> {
  if (method !== 'GET' && method !== 'HEAD') return failure(405, 'METHOD_NOT_ALLOWED', 'Use GET or HEAD.');
  switch (url.split('?', 1)[0]) {
    case '/livez':
      return json(200, { status: 'alive' });
    case '/readyz': {
      const state = await health();
      return json(state.status === 'closing' || state.status === 'down' ? 503 : 200, state);
    }
    case '/metrics':
      return { status: 200, ...(await metrics()) };
    default:
      return failure(404, 'NOT_FOUND', 'There are /livez, /readyz and /metrics.');
  }
}

function send(request: IncomingMessage, response: ServerResponse, { status, contentType, text }: Page): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

function failure(status: number, code: string, message: string): Page {
  return json(status, { errors: [{ message, extensions: { code } }] });
}

function json(status: number, body: object): Page {
  return { status, contentType: 'application/json; charset=utf-8', text: JSON.stringify(body) };
}
