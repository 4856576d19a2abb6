import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An identity provider of the bench's own: a key set over HTTP, and tokens that it signs. */
export interface Issuer {
  /** What the gateway is configured with. */
  readonly env: Readonly<Record<string, string>>;
  /** A customer's own token, good for the length of the bench. */
  customer(id: string): string;
  /** The token of a service that may read every customer. */
  readonly service: string;
  close(): void;
}

const ISSUER = 'https://issuer.example';
const AUDIENCE = 'loyalty';
const LIFE_SECONDS = 7200;

/** Starts one on a port of the system's choosing. */
export async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'ES256', use: 'sig' }];
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const seconds = Math.floor(Date.now() / 1000);
  const base64url = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const head = base64url({ alg: 'ES256', kid: 'bench' });
  function token(claims: Readonly<Record<string, unknown>>): string {
    const all = { iss: ISSUER, aud: AUDIENCE, iat: seconds, exp: seconds + LIFE_SECONDS, ...claims };
    const signed = `${head}.${base64url(all)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }

  return {
    env: {
      AUTH_MODE: 'jwt',
      AUTH_JWKS_URL: `http://127.0.0.1:${port}/keys`,
      AUTH_ISSUER: ISSUER,
      AUTH_AUDIENCE: AUDIENCE,
    },
    customer: (id) => token({ sub: id }),
    service: token({ sub: 'service', scope: 'loyalty:read:any' }),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
