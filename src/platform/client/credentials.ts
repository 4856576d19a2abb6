import { createHash } from 'node:crypto';
import type { Secret } from '../../domain/secret.ts';
import type { StopSignal } from '../../domain/stop.ts';

/** How the gateway signs in: an OAuth client, or a till. */
export type PlatformCredentials =
  | { readonly kind: 'oauth'; readonly clientKey: string; readonly clientSecret: Secret }
  | { readonly kind: 'till'; readonly username: string; readonly password: Secret };

/** Headers that sign a request; which ones is the credentials' affair. */
export type AuthorizationHeaders = Readonly<Record<string, string>>;

/** Signs requests, and finds new headers when the platform refuses the ones it gave. */
export interface Authorizer {
  /** Headers to sign with now; a promise where they have to be fetched, which rejects when there are none. It never throws. */
  headers(signal: StopSignal): AuthorizationHeaders | Promise<AuthorizationHeaders>;
  /** Headers to replay with after `refused` were, or null when there is nothing else to try. */
  renew(refused: AuthorizationHeaders, signal: StopSignal): Promise<AuthorizationHeaders | null>;
}

/**
 * Till credentials: `Authorization: Basic base64(username:md5hex(password))`. They do not expire, so a refusal stands.
 *
 * @see https://docs.capillarytech.com/reference/basic-authentication
 */
export function createTillAuthorizer({
  username,
  password,
}: Extract<PlatformCredentials, { kind: 'till' }>): Authorizer {
  const md5 = createHash('md5').update(password.reveal(), 'utf8').digest('hex');
  const headers = { authorization: `Basic ${Buffer.from(`${username}:${md5}`, 'utf8').toString('base64')}` };
  return { headers: () => headers, renew: () => Promise.resolve(null) };
}
