import type { Clock } from '../../domain/clock.ts';
import { createMemoryStore } from '../../store/memory.ts';
import { createRationedStore } from '../../store/rationed.ts';
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
/**
 * What one gateway writes for all, some 300 documents an hour: within the day that they are kept there, 24 MB at most,
 * whoever registers what. Whatever is beyond it is kept by this gateway alone.
 */
const SHARED = { maxBytes: 1_000_000, windowMs: 60 * 60 * 1000, bytesOf: MEMORY.bytesOf };
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
  const far = createRedisStore({ ...shared, clock, name: 'query', codec });
  return createTieredStore(near, createRationedStore(far, { ...SHARED, clock }), NEAR_MS);
}
