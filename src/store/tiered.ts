import type { NearStore, Store } from './store.ts';

/** Values in this process, and behind that where all gateways find them; what is found there is kept near for `nearMs`. */
export function createTieredStore<Value>(near: NearStore<Value>, far: Store<Value>, nearMs: number): Store<Value> {
  return {
    async get(key) {
      const known = near.get(key);
      if (known !== undefined) return known;
      const found = await far.get(key);
      if (found !== undefined) near.set(key, found, nearMs);
      return found;
    },
    async set(key, value, ttlMs) {
      near.set(key, value, ttlMs);
      await far.set(key, value, ttlMs);
    },
    async delete(key) {
      near.delete(key);
      await far.delete(key);
    },
  };
}
