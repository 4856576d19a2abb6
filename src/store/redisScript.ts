import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

/** A Lua script: it runs in Redis as one step, with nothing in between. */
export interface RedisScript {
  readonly lua: string;
  readonly sha1: string;
}

/** A script from its Lua text. */
export function redisScript(lua: string): RedisScript {
  return { lua, sha1: createHash('sha1').update(lua).digest('hex') };
}

/** Runs a script by its hash; by its text where this Redis does not know it yet. */
export async function runScript(
  redis: Redis,
  { lua, sha1 }: RedisScript,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(sha1, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return redis.eval(lua, keys.length, ...keys, ...args);
  }
}
