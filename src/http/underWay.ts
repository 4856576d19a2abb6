import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { HttpRefusal } from './refusal.ts';

/** What is being answered on each connection: HTTP/1.1 lets a client ask on before it has its answer. */
export interface UnderWay {
  /**
   * Notes a request until its answer is out.
   *
   * @throws {HttpRefusal} 429 when too many are being answered on its connection
   */
  add(request: IncomingMessage, response: ServerResponse): void;
  /** Whether every request of this connection is answered. */
  isIdle(socket: Duplex): boolean;
  /** Whether a line written to this connection now would be taken for the answer to a request that is well. */
  isAnswering(socket: Duplex): boolean;
}

/** Clients that ask on at all do so by a few; a connection that asks by hundreds would have the work of hundreds done. */
const MAX_UNDER_WAY = 10;

/** Nothing under way yet. */
export function createUnderWay(): UnderWay {
  const bySocket = new WeakMap<Duplex, Map<ServerResponse, IncomingMessage>>();

  return {
    add(request, response) {
      const all = bySocket.get(request.socket) ?? new Map<ServerResponse, IncomingMessage>();
      bySocket.set(request.socket, all.set(response, request));
      response.on('close', () => all.delete(response));
      if (all.size > MAX_UNDER_WAY) {
        const message = `At most ${MAX_UNDER_WAY} requests at once are answered on one connection.`;
        throw new HttpRefusal(429, 'TOO_MANY_REQUESTS', message, { connection: 'close' });
      }
    },

    isIdle: (socket) => (bySocket.get(socket)?.size ?? 0) === 0,

    isAnswering(socket) {
      const all = [...(bySocket.get(socket) ?? [])];
      return all.some(([response, request]) => request.complete || response.headersSent);
    },
  };
}
