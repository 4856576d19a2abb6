import type { Config } from '../config/index.ts';
import type { Telemetry } from '../domain/telemetry.ts';
import type { PlatformCredentials } from '../platform/client/credentials.ts';
import type { RedisLink } from '../store/redisLink.ts';
import { createSeal, type Seal } from '../store/seal.ts';
import type { Surroundings } from './surroundings.ts';

/** The way to the Redis that the configuration names, whether it is there now or not; undefined where it names none. */
export async function connectShared(
  { redisUrl }: Config,
  { clock, redisTimeoutMs }: Surroundings,
  telemetry: Telemetry,
): Promise<RedisLink | undefined> {
  if (redisUrl === null) return undefined;
  // Loaded only where it is used: it takes a few megabytes.
  const { connectRedis } = await import('../store/redisLink.ts');
  return connectRedis({
    url: redisUrl.reveal(),
    clock,
    telemetry,
    timeoutMs: redisTimeoutMs,
    onMove: (state) => telemetry.redisMoved(state),
  });
}

/** What is shared over Redis is sealed with what all gateways of one org have: their credential. */
export function sealOf({
  baseUrl,
  credentials,
}: {
  readonly baseUrl: URL;
  readonly credentials: PlatformCredentials;
}): Seal {
  return credentials.kind === 'oauth'
    ? createSeal(credentials.clientSecret, `${baseUrl.href} oauth ${credentials.clientKey}`)
    : createSeal(credentials.password, `${baseUrl.href} till ${credentials.username}`);
}
