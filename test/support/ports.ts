import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Where every connection is refused: the port of a service that nobody runs (tcpmux), and that no server is given. */
export const REFUSING_PORT = 1;

/** Below those that Linux (from 32768 on) and other systems (from 49152 on) give to who asks for any. */
const OWN_PORTS = [20_000, 32_000] as const;

/**
 * A port that nobody uses now, and that stays free, or closed, until it is asked for by its number: one that the system
 * has chosen (port 0) is soon another test's.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(...OWN_PORTS);
    const server = createServer();
    server.listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue; // It is somebody's.
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
