import type { Store } from './store.ts';

/**
 * A near store before a far one: what is near is not asked for far away, what is found far away is kept near for the
 * rest of its life, and what is written goes to both, far away without waiting for it.
 *
 * @param leftMsOf how long a value found far away may still be kept
 */
export function createTieredStore<Value>(
  near: Store<Value>,
  far: Store<Value>,
  leftMsOf: (value: Value) => number,
): Store<Value> {
  return {
    async get(key) {
      const here = await near.get(key);
      if (here !== undefined) return here;
      const there = await far.get(key);
      if (there !== undefined) await near.set(key, there, leftMsOf(there));
      return there;
    },
    async set(key, value, ttlMs) {
      void far.set(key, value, ttlMs);
      await near.set(key, value, ttlMs);
    },
    async delete(key) {
      void far.delete(key);
      await near.delete(key);
    },
  };
}
