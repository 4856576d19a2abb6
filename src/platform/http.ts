import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import got, { RequestError, type OptionsOfBufferResponseBody } from 'got';
import type { Clock } from '../domain/clock.ts';
import { decompressBody } from './decompress.ts';
import { watchProgress } from './progress.ts';
import { TransportError, transportErrorOf, type TransportFailure } from './transportError.ts';

/** One HTTP request to the platform, below authentication and everything else. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Relative to the base URL, without a leading slash; its parts already encoded. */
  readonly path: string;
  readonly searchParams: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as `application/json`. */
  readonly json?: Readonly<Record<string, string>>;
}

/** What came back, whatever its status: the few headers we read, and the whole body. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly retryAfter: string | undefined;
  readonly requestId: string | undefined;
  readonly body: Buffer;
}

/** The seam behind which an HTTP client lives: one attempt, no policy. */
export interface Transport {
  /**
   * @throws {TransportError} when no whole answer arrived; never a library's own error, which carries the URL
   * @throws the signal's reason, when it aborts first
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  /** Closes idle connections. */
  close(): void;
}

export interface HttpOptions {
  /** `https://{host}/`, or plain HTTP on a loopback address. */
  readonly baseUrl: URL;
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  /** Counted after decompression. */
  readonly maxBodyBytes: number;
  readonly clock: Clock;
}

/**
 * One attempt with got, its own policies off: it would retry inside our deadline, follow a redirect with the token in
 * hand, and unpack a bomb without a bound (each measured; see the tests named after them).
 */
export function createHttpTransport({
  baseUrl,
  maxConnections,
  connectTimeoutMs,
  maxBodyBytes,
  clock,
}: HttpOptions): Transport {
  const agentOptions = {
    keepAlive: true,
    maxSockets: maxConnections,
    maxFreeSockets: maxConnections,
    scheduling: 'lifo',
  } as const;
  const agent = { http: new HttpAgent(agentOptions), https: new HttpsAgent(agentOptions) };
  const client = got.extend({
    agent,
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    cache: false,
    dnsCache: false,
    https: { rejectUnauthorized: true },
    timeout: { lookup: connectTimeoutMs, connect: connectTimeoutMs, secureConnect: 2 * connectTimeoutMs },
    headers: { 'user-agent': 'loyalty-graph', accept: 'application/json', 'accept-encoding': 'identity' },
    responseType: 'buffer',
    resolveBodyOnly: false,
  });

  return {
    async send(request, signal) {
      signal.throwIfAborted();
      const url = urlOf(baseUrl, request);
      const options: OptionsOfBufferResponseBody = { method: request.method, headers: { ...request.headers }, signal };
      if (request.json !== undefined) options.json = request.json;

      const attempt = client(url, { ...options, responseType: 'buffer' });
      let failure: TransportFailure | undefined;
      // Stops reading, where got would go on buffering.
      const stop = (why: TransportFailure) => {
        if (failure !== undefined) return;
        failure = why;
        attempt.cancel();
      };
      const progress = watchProgress(clock, () => stop('body too slow'));
      void attempt.on('downloadProgress', ({ transferred }) => {
        if (transferred > maxBodyBytes) stop('body too large');
        else progress.received(transferred);
      });
      try {
        const { statusCode, headers, rawBody } = await attempt;
        return {
          status: statusCode,
          contentType: headers['content-type'],
          retryAfter: headers['retry-after'],
          requestId: firstOf(headers['x-cap-request-id'] ?? headers['x-cap-requestid']),
          body: await decompressBody(Buffer.from(rawBody), headers['content-encoding'], maxBodyBytes),
        };
      } catch (error) {
        // Whatever else went wrong, a reader that has left gets its own reason.
        if (signal.aborted) throw signal.reason;
        if (failure !== undefined) throw new TransportError(failure);
        if (error instanceof TransportError) throw error;
        throw transportErrorOf(error instanceof RequestError ? error.code : undefined);
      } finally {
        progress.end();
      }
    },

    close() {
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}

/** The request's URL, which is below the base URL or an error: a path from outside must not lead anywhere else. */
function urlOf(baseUrl: URL, { path, searchParams }: HttpRequest): URL {
  const url = new URL(path, baseUrl);
  if (url.origin !== baseUrl.origin || url.pathname !== `${baseUrl.pathname}${path}`) {
    throw new TransportError('path leaves the base URL');
  }
  url.search = new URLSearchParams(searchParams).toString();
  return url;
}

function firstOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
