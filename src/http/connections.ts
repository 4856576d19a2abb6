import type { Server } from 'node:http';

/**
 * Hangs up on connections over a bound, where the server is one of several workers. `Server#maxConnections` would send
 * such a connection on to the next worker, and when all are full around them without end.
 */
export function boundConnections(server: Server, maxConnections: number): void {
  let open = 0;
  server.maxConnections = Infinity;
  server.prependListener('connection', (socket) => {
    open += 1;
    socket.once('close', () => (open -= 1));
    if (open > maxConnections) socket.destroy();
  });
}
