import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { jsonAnswer, type Answer } from './answers.ts';

/** What opens the sandbox: an OAuth client, or a till. */
export interface SandboxCredentials {
  readonly clientKey: string;
  readonly clientSecret: string;
  readonly tillUsername: string;
  /** As typed; callers send its MD5. */
  readonly tillPassword: string;
}

/** The credentials of a sandbox that was given none. They open nothing else, and are no secret. */
export const SANDBOX_CREDENTIALS: SandboxCredentials = {
  clientKey: 'sandbox-client-key',
  clientSecret: 'sandbox-client-secret',
  tillUsername: 'sandbox.till',
  tillPassword: 'sandbox-till-password',
};

/** Life of an access token, as in the documented sample. */
export const TOKEN_TTL_SECONDS = 300;

/** Expired tokens are remembered this long, to be told "expired"; after it they are unknown. */
const MEMORY_OF_EXPIRED_MS = 3_600_000;

/** The credential behind a call, or the answer that turns it away. */
export type Identity = { readonly credential: string } | { readonly refused: Answer };

/** Mints tokens, and recognises them. */
export interface Auth {
  /** An access token for a right key and secret; null for a wrong pair. Earlier tokens stay valid. */
  mint(key: unknown, secret: unknown): string | null;
  identify(headers: IncomingHttpHeaders): Identity;
}

/**
 * The platform's two ways in: `X-CAP-API-OAUTH-TOKEN` with a token and nothing before it, and
 * `Authorization: Basic base64(till:md5hex(password))`. A call with both is judged by its token.
 *
 * @see https://docs.capillarytech.com/reference/oauth
 * @see https://docs.capillarytech.com/reference/basic-authentication
 */
export function createAuth({
  credentials,
  now,
}: {
  readonly credentials: SandboxCredentials;
  readonly now: () => number;
}): Auth {
  const expiryMsOf = new Map<string, number>();
  const basic = `Basic ${Buffer.from(`${credentials.tillUsername}:${md5Hex(credentials.tillPassword)}`).toString('base64')}`;

  return {
    mint(key, secret) {
      if (key !== credentials.clientKey || secret !== credentials.clientSecret) return null;
      for (const [token, expiryMs] of expiryMsOf) {
        if (expiryMs + MEMORY_OF_EXPIRED_MS < now()) expiryMsOf.delete(token);
      }
      const token = randomBytes(48).toString('base64url');
      expiryMsOf.set(token, now() + TOKEN_TTL_SECONDS * 1000);
      return token;
    },

    identify(headers) {
      const token = headers['x-cap-api-oauth-token'];
      if (token === undefined) {
        return headers.authorization === basic ? { credential: credentials.tillUsername } : { refused: unauthorized() };
      }
      const expiryMs = expiryMsOf.get(String(token));
      if (expiryMs === undefined) return { refused: unauthorized() };
      return now() < expiryMs ? { credential: credentials.clientKey } : { refused: tokenExpired(expiryMs) };
    },
  };
}

/** The authentication layer answers in XML, whatever the call asked for. */
export function unauthorized(): Answer {
  return {
    status: 401,
    contentType: 'application/xml;charset=UTF-8',
    body:
      '<?xml version="1.0" encoding="UTF-8"?>\n<response><status><success>false</success><code>401</code>' +
      '<message>Unauthorized</message></status></response>',
  };
}

/** A status block of the v1.1 API, `"success": "true"` and all: so the page on authorization flows shows it. */
export function tokenExpired(expiryMs: number): Answer {
  const at = new Date(expiryMs).toISOString().replace('Z', '+0000');
  return jsonAnswer(
    { response: { status: { success: 'true', code: '498', message: `Token expired at ${at}` }, customers: null } },
    498,
  );
}

function md5Hex(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
