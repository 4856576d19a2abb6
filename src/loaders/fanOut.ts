import DataLoader from 'dataloader';
import { asError } from '../domain/errors.ts';

/**
 * A loader for one operation over a platform that has no batch read: each distinct key is fetched once however often it
 * is asked for, all keys side by side (the client bounds how wide), and one that fails rejects alone.
 */
export function createFanOutLoader<Key, Value>(options: {
  readonly name: string;
  readonly keyOf: (key: Key) => string;
  readonly fetchOne: (key: Key) => Promise<Value>;
}): DataLoader<Key, Value, string> {
  const { name, keyOf, fetchOne } = options;
  return new DataLoader<Key, Value, string>(
    async (keys) => {
      const settled = await Promise.allSettled(keys.map(fetchOne));
      return settled.map((each) => (each.status === 'fulfilled' ? each.value : asError(each.reason)));
    },
    { name, cacheKeyFn: keyOf },
  );
}
