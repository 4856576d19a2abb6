import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readinessOf } from '../support/admin.ts';
import { selfSigned, type Certificate } from '../support/certificate.ts';
import { balanceBody } from '../support/fakePlatform.ts';
import { OAUTH, post, startGateway, TILL } from '../support/gateway.ts';
import { endAll, serve } from '../support/process.ts';

jest.setTimeout(60_000);

const QUERY = '{ customer(id: "565039505") { pointsBalance { mainPoints } } }';

/** A platform behind TLS, with this certificate; it counts what comes through. */
async function startSecurePlatform({ cert, key }: Certificate) {
  const seen = { requests: 0, connections: 0 };
  const server = createServer({ cert, key }, (_request, response) => {
    seen.requests += 1;
    // In many records of TLS.
    const body = balanceBody('565039505') + ' '.repeat(200_000);
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  server.on('connection', () => (seen.connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, close };
}

describe('a platform whose certificate nobody vouches for', () => {
  it.each([
    ['a till', TILL, { part: 'platform', endpoint: 'pointsBalance', reason: 'certificate refused' }],
    ['an OAuth client', OAUTH, { part: 'sign-in', reason: 'certificate refused' }],
  ])('is sent nothing by %s, asked once, and named in /readyz', async (_who, credentials, reason) => {
    const platform = await startSecurePlatform(selfSigned('127.0.0.1'));
    const gateway = await startGateway({ env: { ...credentials, CAPILLARY_BASE_URL: platform.url } });

    const { errors, text } = await gateway.query(QUERY);
    const readiness = await readinessOf(gateway);
    await gateway.close();
    await platform.close();

    expect(errors).toMatchObject([{ extensions: { code: 'PLATFORM_UNAVAILABLE' } }]);
    expect(platform.seen).toEqual({ requests: 0, connections: 1 });
    expect(readiness).toEqual({ httpStatus: 200, status: 'degraded', reasons: [reason] });
    expect(gateway.log.join()).toContain('certificate refused');
    expect(text + JSON.stringify(readiness) + gateway.log.join()).not.toMatch(
      new RegExp(`${new URL(platform.url).host}|565039505`),
    );
  });
});

describe.each(['got', 'undici'])('a platform whose certificate a trusted authority signed, asked over %s', (client) => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loyalty-graph-'));
  });
  afterEach(async () => {
    await endAll();
    await rm(folder, { recursive: true });
  });

  const ask = async (host: string) => {
    const certificate = selfSigned(host);
    const platform = await startSecurePlatform(certificate);
    const authorities = join(folder, 'authorities.pem');
    writeFileSync(authorities, certificate.cert);
    const { url, adminUrl } = await serve({
      ...TILL,
      CAPILLARY_BASE_URL: platform.url,
      CAPILLARY_HTTP_CLIENT: client,
      AUTH_MODE: 'none',
      NODE_EXTRA_CA_CERTS: authorities,
    });
    const { errors, data } = await post(url, { query: QUERY });
    const readiness = await readinessOf({ adminUrl });
    await platform.close();
    return { code: errors?.[0]?.extensions['code'], data, readiness, seen: platform.seen };
  };

  it('for its host is asked', async () => {
    expect(await ask('127.0.0.1')).toMatchObject({
      data: { customer: { pointsBalance: { mainPoints: '8500.000' } } },
      readiness: { status: 'ready' },
    });
  });

  it('for another host is sent nothing, asked once, and named in /readyz', async () => {
    expect(await ask('platform.example')).toMatchObject({
      code: 'PLATFORM_UNAVAILABLE',
      readiness: {
        status: 'degraded',
        reasons: [{ part: 'platform', endpoint: 'pointsBalance', reason: 'certificate refused' }],
      },
      seen: { requests: 0, connections: 1 },
    });
  });
});
