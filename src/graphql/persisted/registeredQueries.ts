import type { Clock } from '../../domain/clock.ts';
import { createMemoryStore } from '../../store/memory.ts';
import { createRedisStore, type Codec } from '../../store/redis.ts';
import type { RedisLink } from '../../store/redisLink.ts';
import type { Seal } from '../../store/seal.ts';
import type { Store } from '../../store/store.ts';
import { createTieredStore } from '../../store/tiered.ts';
import type { RegisteredQuery } from './queryCache.ts';

/** A frontend has some dozens of documents, of some hundred characters each. */
const MEMORY = {
  maxEntries: 1000,
  maxBytes: 8 * 1024 * 1024,
  bytesOf: ({ text }: RegisteredQuery) => 2 * text.length + 1,
};
const NEAR_MS = 60 * 60 * 1000;

const codec: Codec<RegisteredQuery> = {
  encode: ({ text }) => ({ text }),
  decode: (json) => {
    const text = typeof json === 'object' && json !== null && 'text' in json ? json.text : undefined;
    return typeof text === 'string' ? { text } : undefined;
  },
};

/** Where documents are kept that clients register: bounded in memory, and in Redis where gateways share one. */
export function createRegisteredQueries(
  clock: Clock,
  shared: { readonly link: RedisLink; readonly seal: Seal } | undefined,
): Store<RegisteredQuery> {
  const near = createMemoryStore<RegisteredQuery>({ ...MEMORY, clock });
  if (shared === undefined) return near;
  return createTieredStore(near, createRedisStore({ ...shared, clock, name: 'query', codec }), NEAR_MS);
}
