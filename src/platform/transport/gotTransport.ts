import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Socket } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import got, { type Options, type PlainResponse, type Request, type StreamOptions } from 'got';
import { limitConnecting } from './connecting.ts';
import { Exchange } from './exchange.ts';
import { REQUEST_HEADERS, type HttpOptions, type HttpRequest, type Transport } from './http.ts';
import { createRequestTarget } from './requestTarget.ts';
import { transportErrorOf } from './transportError.ts';

/**
 * One attempt with got, its own policies off: it would retry inside our deadline, follow a redirect with the token in
 * hand, and unpack a bomb without a bound (each measured; see the tests named after them).
 *
 * It costs little more than half of got's promises: a stream is read once where a promise reads it twice, and Node is handed the
 * few options that a request needs; the thirty that got would write are not made (`npm run build && node bench/micro/http.js`).
 */
export function createGotTransport(options: HttpOptions): Transport {
  const { baseUrl, maxConnections, connectTimeoutMs } = options;
  const isSecure = baseUrl.protocol === 'https:';
  const agent = createAgent({ isSecure, maxConnections, connectTimeoutMs });
  const { protocol, hostname, port } = urlToHttpOptions(baseUrl);
  const request = isSecure ? httpsRequest : httpRequest;
  const client = got.extend({
    isStream: true,
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    cache: false,
    dnsCache: false,
    headers: REQUEST_HEADERS,
    handlers: [
      (options, next) => {
        const { method, headers } = options;
        // All that our `request` reads of them: to write the thirty that there are takes a third of the call.
        options.createNativeRequestOptions = () => ({ method, headers }) as NativeRequestOptions;
        return next(options);
      },
    ],
    request: ({ pathname, search }, { method, headers }, respond) =>
      request({ agent, protocol, hostname, port, path: `${pathname}${search}`, method, headers }, respond),
  });

  const targetOf = createRequestTarget(baseUrl);
  const stream = (asked: HttpRequest): Request => {
    const { method, headers, json } = asked;
    const streamed: StreamOptions = { method, headers };
    if (json !== undefined) streamed.json = json;
    return client.stream(`${baseUrl.origin}${targetOf(asked)}`, streamed);
  };

  return {
    send: (asked, signal, done) => new GotExchange(stream, options, asked, signal, done).begin(),

    close: () => agent.destroy(),
  };
}

/** What got tells of one request. */
class GotExchange extends Exchange {
  readonly #begin: (asked: HttpRequest) => Request;
  #stream: Request | undefined;

  constructor(begin: (asked: HttpRequest) => Request, ...exchange: ConstructorParameters<typeof Exchange>) {
    super(...exchange);
    this.#begin = begin;
  }

  protected send(asked: HttpRequest): void {
    const stream = this.#begin(asked);
    this.#stream = stream;
    stream.on('response', (response: PlainResponse) => this.takeHead(response.statusCode, response.headers));
    stream.on('data', (piece: Buffer) => this.takePiece(piece));
    stream.on('end', () => this.takeEnd());
    // got's error carries the URL and every header: no more of it than its code goes on.
    stream.on('error', (error) => this.fail(transportErrorOf(error)));
  }

  protected hangUp(): void {
    this.#stream?.destroy();
  }
}

type NativeRequestOptions = ReturnType<Options['createNativeRequestOptions']>;

function createAgent(options: {
  readonly isSecure: boolean;
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
}): HttpAgent {
  const { isSecure, maxConnections, connectTimeoutMs } = options;
  const common = {
    keepAlive: true,
    maxSockets: maxConnections,
    maxFreeSockets: maxConnections,
    scheduling: 'lifo',
  } as const;
  const agent = isSecure ? new HttpsAgent({ ...common, rejectUnauthorized: true }) : new HttpAgent(common);
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...args) => {
    const socket = connect(...args);
    if (socket instanceof Socket) limitConnecting(socket, connectTimeoutMs);
    return socket;
  };
  return agent;
}
