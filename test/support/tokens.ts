import { generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An identity provider: a key set over HTTP, and tokens signed with it. It shares no code with the gateway. */
export interface Issuer {
  /** What the gateway is configured with. */
  readonly env: Readonly<Record<string, string>>;
  /** A header for a token with these claims; `iat` now and `exp` an hour ahead unless said, undefined leaves one out. */
  authorization(claims: Claims, header?: Claims): Promise<{ authorization: string }>;
  /** How often the key set was fetched. */
  readonly fetches: number;
  /** Signs with a new key from now on, and publishes it instead of the old one, or under the old one's id. */
  rotate(kid: string): void;
  /** Publishes this key too. */
  publish(key: JsonWebKey & { readonly kid?: string }): void;
  /** Answers so where the key set was asked for; undefined: with the key set. */
  answer(answer: KeySetAnswer | undefined): void;
  close(): Promise<void>;
}

/** Claims, or a header's parameters. */
export type Claims = Readonly<Record<string, unknown>>;

/** What is answered instead of a key set. */
export type KeySetAnswer = (request: IncomingMessage, response: ServerResponse) => void;

/** A token of these parts, signed by `signer` over its first two. */
export function tokenOf(header: Claims, claims: Claims | string, signer: (data: Buffer) => Buffer): string {
  const body = typeof claims === 'string' ? claims : JSON.stringify(claims);
  const signed = [JSON.stringify(header), body].map((part) => Buffer.from(part).toString('base64url')).join('.');
  return `${signed}.${signer(Buffer.from(signed)).toString('base64url')}`;
}

/** Signs as ES256 says. */
export function es256(key: KeyObject): (data: Buffer) => Buffer {
  return (data) => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' });
}

/** Starts one on a port of the system's choosing; `now` is its wall clock. */
export async function startIssuer({ now = Date.now }: { readonly now?: () => number } = {}): Promise<Issuer> {
  let kid = 'first';
  let keyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const others: JsonWebKey[] = [];
  let answer: KeySetAnswer | undefined;
  let fetches = 0;
  const server = createServer((request, response) => {
    fetches += 1;
    if (answer !== undefined) {
      answer(request, response);
      return;
    }
    const own = { ...keyPair.publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [own, ...others] }));
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
    authorization(claims, header = {}) {
      const seconds = Math.floor(now() / 1000);
      const all = { iss: 'https://issuer.example', aud: 'loyalty', exp: seconds + 3600, iat: seconds, ...claims };
      const token = tokenOf({ alg: 'ES256', kid, ...header }, all, es256(keyPair.privateKey));
      return Promise.resolve({ authorization: `Bearer ${token}` });
    },
    get fetches() {
      return fetches;
    },
    rotate(newKid) {
      kid = newKid;
      keyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    },
    publish: (key) => void others.push(key),
    answer: (given) => (answer = given),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
