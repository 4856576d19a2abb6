import { LRUCache } from 'lru-cache';
import type { Clock } from '../domain/clock.ts';
import type { Store } from './store.ts';

export interface MemoryStoreOptions<Value> {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** About how many bytes a value takes in memory; from 1. */
  readonly bytesOf: (value: Value) => number;
  readonly clock: Clock;
}

/** About what an entry takes besides its key and value. */
const ENTRY_BYTES = 200;

/** A store in this process, bounded by entries and by bytes; what was used least recently goes first. */
export function createMemoryStore<Value extends object>(options: MemoryStoreOptions<Value>): Store<Value> {
  const { maxEntries, maxBytes, bytesOf, clock } = options;
  const entries = new LRUCache<string, { readonly value: Value; readonly untilMs: number }>({
    max: maxEntries,
    maxSize: maxBytes,
    // An entry larger than all of it is not kept, rather than pushing out everything.
    maxEntrySize: maxBytes,
    sizeCalculation: ({ value }, key) => ENTRY_BYTES + 2 * key.length + bytesOf(value),
  });

  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return Promise.resolve(undefined);
      if (clock.monotonicMs() < entry.untilMs) return Promise.resolve(entry.value);
      entries.delete(key);
      return Promise.resolve(undefined);
    },
    set(key, value, ttlMs) {
      entries.set(key, { value, untilMs: clock.monotonicMs() + ttlMs });
      return Promise.resolve();
    },
    delete(key) {
      entries.delete(key);
      return Promise.resolve();
    },
  };
}
