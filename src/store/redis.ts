import type { RedisLink } from './redisLink.ts';
import type { Seal } from './seal.ts';
import type { Store } from './store.ts';

export interface RedisStoreOptions<Value> {
  readonly link: RedisLink;
  readonly seal: Seal;
  readonly encode: (value: Value) => string;
  /** Undefined for text that is not such a value, however it came there. */
  readonly decode: (text: string) => Value | undefined;
}

/** A store that several gateways share. While Redis is away it is empty and takes nothing. */
export function createRedisStore<Value>({ link, seal, encode, decode }: RedisStoreOptions<Value>): Store<Value> {
  return {
    async get(name) {
      const key = seal.keyOf(name);
      const answer = await link.ask((redis) => redis.getBuffer(key));
      if (!answer.isUp || answer.value === null) return undefined;
      const text = seal.open(key, answer.value);
      return text === undefined ? undefined : decode(text);
    },
    async set(name, value, ttlMs) {
      const key = seal.keyOf(name);
      await link.ask((redis) => redis.set(key, seal.seal(key, encode(value)), 'PX', Math.max(1, Math.ceil(ttlMs))));
    },
    async delete(name) {
      await link.ask((redis) => redis.del(seal.keyOf(name)));
    },
  };
}
