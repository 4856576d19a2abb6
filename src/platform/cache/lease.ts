import { randomUUID } from 'node:crypto';
import type { RedisLink } from '../../store/redisLink.ts';
import { redisScript, runScript } from '../../store/redisScript.ts';
import type { Seal } from '../../store/seal.ts';
import { STORE_VERSION } from '../../store/redis.ts';

/** One gateway at a time reads a key of the platform; the others wait for what it finds. */
export interface Leases {
  /**
   * Takes the lease of `key` for at most `ttlMs`, so that it is free again should its holder die.
   *
   * @returns what gives it back; `taken` when another gateway has it; `none` when there are no leases to be had
   */
  take(key: string, ttlMs: number): Promise<(() => Promise<void>) | 'taken' | 'none'>;
}

const RELEASE = redisScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`);

/** Leases in Redis; while it is away there are none. */
export function createRedisLeases(link: RedisLink, seal: Seal, name: string): Leases {
  return {
    async take(key, ttlMs) {
      const place = `${STORE_VERSION}:${name} lease:${seal.keyOf(key)}`;
      const holder = randomUUID();
      const release = async () => {
        await link.run('lease', (redis) => runScript(redis, RELEASE, [place], [holder])).catch(() => undefined);
      };
      let late: Promise<unknown> = Promise.resolve();
      try {
        const taken = await link.run('lease', (redis) => {
          const asked = redis.set(place, holder, 'PX', Math.ceil(ttlMs), 'NX');
          late = asked;
          return asked;
        });
        return taken === null ? 'taken' : release;
      } catch {
        // Should it come all the same, nobody here holds it.
        void late.then(release, () => undefined);
        return 'none';
      }
    },
  };
}

/** For one gateway alone. */
export const NO_LEASES: Leases = { take: () => Promise.resolve('none') };
