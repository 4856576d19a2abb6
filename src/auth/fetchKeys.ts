import { createHash } from 'node:crypto';
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../domain/clock.ts';
import { GatewayError } from '../domain/errors.ts';

/** The keys that an issuer signs with. */
export interface Keys {
  /** Finds the key that a token's header names. */
  readonly find: JWTVerifyGetKey;
  /** The same for two sets exactly when they hold the same keys. */
  readonly print: string;
}

export interface KeyFetchOptions {
  readonly jwksUrl: URL;
  readonly clock: Clock;
}

const TIMEOUT_MS = 5000;
const MAX_BYTES = 256 * 1024;
const MAX_KEYS = 32;
/** RFC 7518, section 3.3. A larger one than 8192 would cost more to use than any issuer needs. */
const RSA_BITS = { least: 2048, most: 8192 };

/**
 * Reads a key set (RFC 7517, section 5) over HTTP, once: bounded in size and time, and nowhere else than where it was
 * said to be. Keys that are not fit to check a signature with are left out.
 *
 * @throws {GatewayError} `AUTH_UNAVAILABLE`, whose detail says how it failed
 */
export async function fetchKeys({ jwksUrl, clock }: KeyFetchOptions): Promise<Keys> {
  const controller = new AbortController();
  const stopTimer = clock.after(TIMEOUT_MS, () => controller.abort(unreadable('timeout')));
  try {
    const response = await fetch(jwksUrl, {
      headers: { accept: 'application/jwk-set+json, application/json', 'accept-encoding': 'identity' },
      // Whoever could answer with a redirect could otherwise name their own keys.
      redirect: 'manual',
      signal: controller.signal,
    });
    if (response.status !== 200) throw unreadable(`HTTP ${response.status}`);
    return keysOf(await boundedTextOf(response));
  } catch (error) {
    throw error instanceof GatewayError ? error : unreadable('no connection');
  } finally {
    stopTimer();
    controller.abort(); // A body that nobody reads on must not hold its connection.
  }
}

function unreadable(how: string): GatewayError {
  return new GatewayError('AUTH_UNAVAILABLE', { detail: `key set: ${how}` });
}

async function boundedTextOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > MAX_BYTES) throw unreadable('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function keysOf(text: string): Keys {
  const listed = listedIn(text);
  if (listed === undefined) throw unreadable('no key set');
  const keys = listed.filter(isUsable).slice(0, MAX_KEYS);
  const print = createHash('sha256').update(JSON.stringify(keys)).digest('base64url');
  return { find: createLocalJWKSet({ keys } as JSONWebKeySet), print };
}

function listedIn(text: string): readonly unknown[] | undefined {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    return Array.isArray(keys) ? keys : undefined;
  } catch {
    return undefined;
  }
}

/** Public, asymmetric, and long enough: nothing that is signed with another key can be from the issuer. */
function isUsable(key: unknown): boolean {
  if (typeof key !== 'object' || key === null || 'd' in key || !('kty' in key)) return false;
  if (key.kty !== 'RSA') return key.kty === 'EC' || key.kty === 'OKP';
  const modulus = 'n' in key && typeof key.n === 'string' ? Buffer.from(key.n, 'base64url').toString('hex') : '';
  const bits = 4 * modulus.replace(/^0+/, '').length;
  return bits >= RSA_BITS.least && bits <= RSA_BITS.most;
}
