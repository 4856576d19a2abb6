import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Pool, type buildConnector, type Dispatcher } from 'undici';
import { limitConnecting } from './connecting.ts';
import { Exchange, type IncomingHeaders } from './exchange.ts';
import { REQUEST_HEADERS, type HttpOptions, type HttpRequest, type Transport } from './http.ts';
import { ReadSpace } from './readSpace.ts';
import { createRequestTarget } from './requestTarget.ts';
import { transportErrorOf } from './transportError.ts';

/** How long an idle connection is kept where the platform says nothing: well below the minute of most load balancers. */
const KEEP_ALIVE_MS = 30_000;

/**
 * One attempt with undici's `dispatch`, the call below its `request` and `fetch`: it follows no redirect, unpacks nothing
 * and makes no stream. Of its own time-outs none is on, for the deadline is ours.
 */
export function createUndiciTransport(options: HttpOptions): Transport {
  const { baseUrl, maxConnections, connectTimeoutMs } = options;
  const pool = new Pool(baseUrl.origin, {
    connections: maxConnections,
    pipelining: 1,
    connect: createConnector(connectTimeoutMs),
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  const client = { pool, targetOf: createRequestTarget(baseUrl), headersOf: createHeaders() };

  return {
    send: (asked, signal, done) => new UndiciExchange(client, options, asked, signal, done).begin(),

    close: () => void pool.destroy(),
  };
}

/** What all requests are sent with. */
interface UndiciClient {
  readonly pool: Pool;
  readonly targetOf: (asked: HttpRequest) => string;
  readonly headersOf: (asked: HttpRequest) => Readonly<Record<string, string>>;
}

/** What undici tells of one request. */
class UndiciExchange extends Exchange implements Dispatcher.DispatchHandler {
  readonly #client: UndiciClient;
  #controller: Dispatcher.DispatchController | undefined;

  constructor(client: UndiciClient, ...exchange: ConstructorParameters<typeof Exchange>) {
    super(...exchange);
    this.#client = client;
  }

  protected send(asked: HttpRequest): void {
    const { pool, targetOf, headersOf } = this.#client;
    const { method, json } = asked;
    const body = json === undefined ? null : JSON.stringify(json);
    pool.dispatch({ path: targetOf(asked), method, headers: headersOf(asked), body }, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Left while there was no connection yet: nothing is sent.
    if (this.isOver) this.hangUp();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHeaders): void {
    this.takeHead(status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.takePiece(chunk);
  }

  onResponseEnd(): void {
    this.takeEnd();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(transportErrorOf(error));
  }

  protected hangUp(): void {
    this.#controller?.abort(ABANDONED);
  }
}

/** What undici is told of a request that nobody waits for any more; nobody hears it. */
const ABANDONED = new Error('Abandoned.');

/** Makes the headers of a request; those that sign it are the same for many. */
function createHeaders(): (request: HttpRequest) => Readonly<Record<string, string>> {
  let signature: HttpRequest['headers'] = {};
  let signed = { ...REQUEST_HEADERS };
  return ({ headers, json }) => {
    if (headers !== signature) {
      signature = headers;
      signed = { ...REQUEST_HEADERS, ...headers };
    }
    return json === undefined ? signed : { ...signed, 'content-type': 'application/json' };
  };
}

/** Opens the pool's connections. The last TLS session is offered again: all of them lead to one host. */
function createConnector(timeoutMs: number): buildConnector.connector {
  const space = new ReadSpace();
  let session: Buffer | undefined;
  return ({ protocol, hostname: host, port }, callback) => {
    const isSecure = protocol === 'https:';
    const socket = space.open((onread) => {
      if (!isSecure) return connectTcp({ host, port: Number(port || 80), onread });
      const options = {
        host,
        port: Number(port || 443),
        onread, // Documented for `tls.connect` too; its types do not know it.
        ...(isIP(host) === 0 ? { servername: host } : {}),
        ...(session === undefined ? {} : { session }),
        ALPNProtocols: ['http/1.1'],
        rejectUnauthorized: true,
      };
      return connectTls(options);
    });
    socket.on('session', (offered: Buffer) => (session = offered));
    // undici says with each request and each answer whether the process is to live on for this socket, which is a call out
    // of JavaScript each time. It does, until the socket is closed: at the end, or when it has been idle for long.
    socket.ref = socket.unref = () => socket;
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
    limitConnecting(socket, timeoutMs);

    const refuse = (error: Error) => callback(error, null);
    socket.once('error', refuse);
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      socket.off('error', refuse);
      callback(null, socket);
    });
  };
}
