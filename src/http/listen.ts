import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asError } from '../domain/errors.ts';

/** Where a server is to listen, and which variable says so. */
export interface Place {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly variable: 'PORT' | 'ADMIN_PORT';
}

/**
 * Starts two servers, and gives their origins, `http://{host}:{port}`.
 *
 * @throws {Error} naming every variable that an operator must change: who starts a second gateway on a machine has two
 *   ports to choose
 */
export async function listenBoth(
  first: readonly [Server, Place],
  second: readonly [Server, Place],
): Promise<readonly [string, string]> {
  return bothOf(listen(...first), listen(...second));
}

/** What both give. @throws {Error} when one fails or both do, with all that is to be said of it */
export async function bothOf<One, Other>(first: Promise<One>, second: Promise<Other>): Promise<readonly [One, Other]> {
  const [one, other] = await Promise.allSettled([first, second]);
  if (one.status === 'fulfilled' && other.status === 'fulfilled') return [one.value, other.value];
  const failures = [one, other].filter((each) => each.status === 'rejected');
  throw new Error(failures.map(({ reason }) => asError(reason).message).join('\n'));
}

/**
 * Connections that the system opens for us before we come to take them; it may hold fewer (`net.core.somaxconn`). Node
 * would have it hold 511: when all clients come back at once, the rest of them would try again a second later, at best.
 */
const BACKLOG = 4096;

/** Starts one server, and gives its origin. @throws {Error} naming the variable that an operator must change */
export function listen(server: Server, { host, port, variable }: Place): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = ({ code = 'unknown' }: NodeJS.ErrnoException) => {
      const why = code === 'EADDRINUSE' ? 'another program listens there' : 'it cannot be listened on';
      reject(new Error(`${variable}: port ${port} of ${host}: ${why} (${code}).`));
    };
    server.once('error', fail);
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', fail);
      resolve(`http://${hostInUrl(host)}:${(server.address() as AddressInfo).port}`);
    });
  });
}

function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
