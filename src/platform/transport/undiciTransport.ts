import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Pool, type buildConnector, type Dispatcher } from 'undici';
import { throwIfStopped } from '../../domain/stop.ts';
import { limitConnecting } from './connecting.ts';
import { REQUEST_HEADERS, type HttpOptions, type HttpRequest, type Transport } from './http.ts';
import { Incoming } from './incoming.ts';
import { watchProgress } from './progress.ts';
import { createRequestTarget } from './requestTarget.ts';
import { TransportError, transportErrorOf } from './transportError.ts';

/** How long an idle connection is kept where the platform says nothing: well below the minute of most load balancers. */
const KEEP_ALIVE_MS = 30_000;

/**
 * One attempt with undici's `dispatch`, the call below its `request` and `fetch`: it follows no redirect, unpacks nothing
 * and makes no stream. Of its own time-outs none is on, for the deadline is ours.
 */
export function createUndiciTransport({
  baseUrl,
  maxConnections,
  connectTimeoutMs,
  maxBodyBytes,
  clock,
}: HttpOptions): Transport {
  const pool = new Pool(baseUrl.origin, {
    connections: maxConnections,
    pipelining: 1,
    connect: createConnector(connectTimeoutMs),
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  const targetOf = createRequestTarget(baseUrl);
  const headersOf = createHeaders();

  return {
    send: (asked, signal) =>
      new Promise((resolve, reject) => {
        throwIfStopped(signal);
        const { method, json } = asked;
        const path = targetOf(asked);
        const incoming = new Incoming(maxBodyBytes);
        const progress = watchProgress(clock, () => fail(new TransportError('body too slow')));
        let controller: Dispatcher.DispatchController | undefined;
        let isOver = false;

        const end = () => {
          isOver = true;
          signal.removeEventListener('abort', leave);
          progress.end();
        };
        const fail = (reason: unknown) => {
          end();
          reject(reason);
          controller?.abort(ABANDONED);
        };
        const leave = () => fail(signal.reason);
        signal.addEventListener('abort', leave);
        pool.dispatch(
          { path, method, headers: headersOf(asked), body: json === undefined ? null : JSON.stringify(json) },
          {
            onRequestStart(started) {
              controller = started;
              // Left while there was no connection yet: nothing is sent.
              if (isOver) started.abort(ABANDONED);
            },
            onResponseStart: (_controller, status, headers) => incoming.begin(status, headers),
            onResponseData: (_controller, chunk) => {
              if (incoming.add(chunk)) progress.received(incoming.bytes);
              else fail(new TransportError('body too large'));
            },
            onResponseEnd: () => {
              end();
              resolve(incoming.whole());
            },
            onResponseError: (_controller, error) => {
              if (!isOver) fail(transportErrorOf(error));
            },
          },
        );
      }),

    close: () => void pool.destroy(),
  };
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
  let session: Buffer | undefined;
  return ({ protocol, hostname: host, port }, callback) => {
    const isSecure = protocol === 'https:';
    const socket = isSecure
      ? connectTls({
          host,
          port: Number(port || 443),
          ...(isIP(host) === 0 ? { servername: host } : {}),
          ...(session === undefined ? {} : { session }),
          ALPNProtocols: ['http/1.1'],
          rejectUnauthorized: true,
        })
      : connectTcp({ host, port: Number(port || 80) });
    socket.on('session', (offered: Buffer) => (session = offered));
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
