import { createHash } from 'node:crypto';
import type { Clock } from '../../domain/clock.ts';
import type { RedisLink } from '../../store/redisLink.ts';
import type { PlatformCredentials } from '../client/credentials.ts';
import { LocalQuota } from './localQuota.ts';
import type { Quota } from './quota.ts';
import { SharedQuota } from './sharedQuota.ts';

export interface QuotaOptions {
  /** `https://{host}/`, without `v2`. */
  readonly baseUrl: URL;
  readonly credentials: PlatformCredentials;
  /** The API key's quota. */
  readonly requestsPerMinute: number;
  /** How many gateways share it, where Redis does not tell. */
  readonly replicas: number;
  /** Where it is shared; undefined: each gateway keeps to its share. */
  readonly shared: { readonly link: RedisLink } | undefined;
  readonly clock: Clock;
}

/**
 * The platform's minute, and what a call may take to arrive there: looked up, connected and in TLS within 1.6 s
 * (`connecting.ts`), after a quarter of a second on the way between two processes of ours.
 */
export const QUOTA_WINDOW_MS = 62_000;

/** The quota of an API key: in Redis where gateways share one, else in this process. */
export function createQuota(options: QuotaOptions): Quota {
  const { requestsPerMinute, replicas, shared, clock } = options;
  const rules = { limit: requestsPerMinute, windowMs: QUOTA_WINDOW_MS };
  if (shared !== undefined) {
    return new SharedQuota({ link: shared.link, clock, rules, replicas, name: apiKeyName(options) });
  }
  return new LocalQuota({ ...rules, limit: Math.floor(requestsPerMinute / replicas) }, clock);
}

/** A name for the API key whose quota it is, which says nothing of it; a new secret of the same key changes nothing. */
function apiKeyName({ baseUrl, credentials }: QuotaOptions): string {
  const key = credentials.kind === 'oauth' ? credentials.clientKey : credentials.username;
  return createHash('sha256').update(`${baseUrl.host} ${key}`).digest('base64url');
}
