import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BREAKER_CALLS, codesOf, readBalance } from '../support/breaking.ts';
import { EXPIRED } from '../support/expiredCertificate.ts';
import { balanceBody } from '../support/fakePlatform.ts';
import { fakeClock } from '../support/fakeClock.ts';
import { post, startGateway, TILL } from '../support/gateway.ts';
import { endAll, serve } from '../support/process.ts';

// A process takes a second to start, and longer on a busy machine.
jest.setTimeout(60_000);

/** A platform behind TLS that counts who connects, and who is let in. */
interface SecurePlatform {
  readonly port: number;
  readonly seen: { connections: number; requests: number };
  close(): Promise<void>;
}

let platform: SecurePlatform;
beforeEach(async () => {
  const seen = { connections: 0, requests: 0 };
  const server = createServer(EXPIRED, (_request, response) => {
    seen.requests += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end(balanceBody('42'));
  });
  server.on('connection', () => (seen.connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  platform = { port: (server.address() as AddressInfo).port, seen, close };
});
afterEach(() => platform.close());

describe('TLS failure', () => {
  it('of a certificate that nobody vouches for fails closed: one connection, no request, no retry', async () => {
    const env = { ...TILL, CAPILLARY_BASE_URL: `https://127.0.0.1:${platform.port}` };
    const gateway = await startGateway({ env, clock: fakeClock() });

    const first = await readBalance(gateway);
    const { seen } = platform;
    expect(codesOf(first)).toEqual(['PLATFORM_UNAVAILABLE']);
    expect(seen).toEqual({ connections: 1, requests: 0 });
    expect(gateway.log.join()).toContain('certificate refused');

    for (let id = 1; id < 2 * BREAKER_CALLS; id += 1) await readBalance(gateway, 100 + id);
    await gateway.close();
    expect(seen).toEqual({ connections: BREAKER_CALLS, requests: 0 });
  });

  describe('of a certificate that is trusted, and expired,', () => {
    let folder: string;
    beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'loyalty-graph-'))));
    afterEach(async () => {
      await endAll();
      await rm(folder, { recursive: true });
    });

    it('fails closed: one connection, no request, no retry', async () => {
      const authorities = join(folder, 'authorities.pem');
      writeFileSync(authorities, EXPIRED.cert);
      const { url } = await serve({
        ...TILL,
        CAPILLARY_BASE_URL: `https://127.0.0.1:${platform.port}`,
        AUTH_MODE: 'none',
        NODE_EXTRA_CA_CERTS: authorities,
      });

      const answer = await post(url, { query: '{ customer(id: 42) { pointsBalance { mainPoints } } }' });

      expect(codesOf(answer)).toEqual(['PLATFORM_UNAVAILABLE']);
      expect(platform.seen).toEqual({ connections: 1, requests: 0 });
    });

    it('fails for its age, and for nothing else', async () => {
      const socket = connect({ port: platform.port, host: '127.0.0.1', ca: EXPIRED.cert, rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { authorizationError } = socket;
      socket.destroy();

      expect(String(authorizationError)).toContain('CERT_HAS_EXPIRED');
    });
  });
});
