import { LRUCache } from 'lru-cache';
import type { Clock } from '../domain/clock.ts';
import type { NearStore, RankOf } from './store.ts';

export interface MemoryStoreOptions<Value> {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** About how many bytes a value takes in memory; from 1. */
  readonly bytesOf: (value: Value) => number;
  /** Left out: the last one set stays. */
  readonly rankOf?: RankOf<Value>;
  readonly clock: Clock;
}

/** About what an entry takes besides its key and value. */
const ENTRY_BYTES = 200;

/** A store in this process, bounded by entries and by bytes; what was used least recently goes first. */
export function createMemoryStore<Value extends object>(options: MemoryStoreOptions<Value>): NearStore<Value> {
  const { maxEntries, maxBytes, bytesOf, rankOf, clock } = options;
  const entries = new LRUCache<string, { readonly value: Value; readonly untilMs: number }>({
    max: maxEntries,
    maxSize: maxBytes,
    // An entry larger than all of it is not kept, rather than pushing out everything.
    maxEntrySize: maxBytes,
    sizeCalculation: ({ value }, key) => ENTRY_BYTES + 2 * key.length + bytesOf(value),
  });

  function get(key: string): Value | undefined {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    if (clock.monotonicMs() < entry.untilMs) return entry.value;
    entries.delete(key);
    return undefined;
  }

  return {
    get,
    set(key, value, ttlMs) {
      const present = rankOf === undefined ? undefined : get(key);
      if (rankOf !== undefined && present !== undefined && rankOf(present) > rankOf(value)) return;
      entries.set(key, { value, untilMs: clock.monotonicMs() + ttlMs });
    },
    delete(key) {
      entries.delete(key);
    },
    get size() {
      return entries.size;
    },
  };
}
