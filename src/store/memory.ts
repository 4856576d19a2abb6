import { LRUCache } from 'lru-cache';
import type { Clock } from '../domain/clock.ts';
import type { NearStore, RankOf } from './store.ts';

export interface MemoryRoomOptions {
  readonly maxBytes: number;
  /** Left out: as many as there are bytes for. */
  readonly maxEntries?: number;
  readonly clock: Clock;
}

export interface RoomStoreOptions<Value> {
  /** About how many bytes a value takes in memory; from 1. */
  readonly bytesOf: (value: Value) => number;
  /** Left out: the last one set stays. */
  readonly rankOf?: RankOf<Value>;
}

export interface MemoryStoreOptions<Value> extends RoomStoreOptions<Value> {
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly clock: Clock;
}

/** About what an entry takes besides its key and value. */
const ENTRY_BYTES = 200;
/** What the smallest values that are kept take, with their entries and keys. */
const LEAST_BYTES = 512;

interface Entry {
  readonly key: string;
  readonly value: object;
  readonly bytes: number;
  readonly untilMs: number;
  /** The entries of its store. */
  readonly kin: Map<string, Entry>;
}

/**
 * Room in this process for several stores, bounded by bytes and by entries for all of them together: what was used least
 * recently of any of them goes first, so that each gets as much of it as is asked of it.
 */
export class MemoryRoom {
  readonly #clock: Clock;
  /** By what they are: each store finds its own by their keys. */
  readonly #entries: LRUCache<Entry, Entry>;

  constructor({ maxBytes, maxEntries = Math.ceil(maxBytes / LEAST_BYTES), clock }: MemoryRoomOptions) {
    this.#clock = clock;
    this.#entries = new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      // An entry larger than all of it is not kept, rather than pushing out everything.
      maxEntrySize: maxBytes,
      sizeCalculation: ({ bytes, key }) => ENTRY_BYTES + 2 * key.length + bytes,
      onInsert: (entry) => entry.kin.set(entry.key, entry),
      dispose: ({ key, kin }) => kin.delete(key),
    });
  }

  /** A store in it, with keys of its own. */
  store<Value extends object>({ bytesOf, rankOf }: RoomStoreOptions<Value>): NearStore<Value> {
    const entries = this.#entries;
    const clock = this.#clock;
    const own = new Map<string, Entry>();

    function get(key: string): Value | undefined {
      const entry = own.get(key);
      if (entry === undefined) return undefined;
      if (clock.monotonicMs() < entry.untilMs) return entries.get(entry)?.value as Value; // Only this store sets it.
      entries.delete(entry);
      return undefined;
    }

    function remove(key: string): void {
      const entry = own.get(key);
      if (entry !== undefined) entries.delete(entry);
    }

    return {
      get,
      set(key, value, ttlMs) {
        const present = rankOf === undefined ? undefined : get(key);
        if (rankOf !== undefined && present !== undefined && rankOf(present) > rankOf(value)) return;
        const untilMs = clock.monotonicMs() + ttlMs;
        remove(key);
        const entry = { key, value, bytes: bytesOf(value), untilMs, kin: own };
        entries.set(entry, entry);
      },
      delete: remove,
      get size() {
        return own.size;
      },
    };
  }
}

/** A store in this process with room of its own; what was used least recently goes first. */
export function createMemoryStore<Value extends object>(options: MemoryStoreOptions<Value>): NearStore<Value> {
  return new MemoryRoom(options).store(options);
}
