import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * Gives a socket that has begun to connect so long for each step: to find the address, to connect, and twice as long for
 * TLS. Past that it fails with `ETIMEDOUT`. The clients have limits of their own: got's cost each request several
 * listeners, undici's are up to half a second late.
 */
export function limitConnecting(socket: Socket, timeoutMs: number): void {
  const giveUp = () => {
    socket.destroy(Object.assign(new Error('No connection in time.'), { code: 'ETIMEDOUT' }));
  };
  let timer = setTimeout(giveUp, timeoutMs);
  socket.once('lookup', () => timer.refresh());
  socket.once('connect', () => {
    clearTimeout(timer);
    if (socket instanceof TLSSocket) timer = setTimeout(giveUp, 2 * timeoutMs);
  });
  socket.once('secureConnect', () => clearTimeout(timer));
  socket.once('close', () => clearTimeout(timer));
}
