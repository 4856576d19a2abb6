import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';

/** An identity provider: a key set over HTTP, and tokens signed with it. */
export interface Issuer {
  /** What the gateway is configured with. */
  readonly env: Readonly<Record<string, string>>;
  /** A header for a token with these claims; `exp` an hour ahead unless said. */
  authorization(claims: JWTPayload): Promise<{ authorization: string }>;
  /** How often the key set was fetched. */
  readonly fetches: number;
  close(): Promise<void>;
}

/** Starts one on a port of the system's choosing. */
export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keySet = JSON.stringify({
    keys: [{ ...(await exportJWK(publicKey)), kid: 'first', alg: 'ES256', use: 'sig' }],
  });
  let fetches = 0;
  const server = createServer((_request, response) => {
    fetches += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end(keySet);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    env: {
      AUTH_MODE: 'jwt',
      AUTH_JWKS_URL: `http://127.0.0.1:${port}/keys`,
      AUTH_ISSUER: 'https://issuer.example',
      AUTH_AUDIENCE: 'loyalty',
    },
    async authorization(claims) {
      const now = Math.floor(Date.now() / 1000);
      const all = { iss: 'https://issuer.example', aud: 'loyalty', exp: now + 3600, iat: now, ...claims };
      const token = await new SignJWT(all).setProtectedHeader({ alg: 'ES256', kid: 'first' }).sign(privateKey);
      return { authorization: `Bearer ${token}` };
    },
    get fetches() {
      return fetches;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
