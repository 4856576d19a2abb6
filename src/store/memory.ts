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
  readonly value: object;
  readonly bytes: number;
  readonly untilMs: number;
  readonly of: { size: number };
}

/**
 * Room in this process for several stores, bounded by bytes and by entries for all of them together: what was used least
 * recently of any of them goes first, so that each gets as much of it as is asked of it.
 */
export class MemoryRoom {
  readonly #clock: Clock;
  readonly #entries: LRUCache<string, Entry>;

  constructor({ maxBytes, maxEntries = Math.ceil(maxBytes / LEAST_BYTES), clock }: MemoryRoomOptions) {
    this.#clock = clock;
    this.#entries = new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      // An entry larger than all of it is not kept, rather than pushing out everything.
      maxEntrySize: maxBytes,
      sizeCalculation: ({ bytes }, key) => ENTRY_BYTES + 2 * key.length + bytes,
      onInsert: ({ of }) => (of.size += 1),
      dispose: ({ of }) => (of.size -= 1),
    });
  }

  /** A store in it, whose keys are its own by `name`. */
  store<Value extends object>(name: string, { bytesOf, rankOf }: RoomStoreOptions<Value>): NearStore<Value> {
    const entries = this.#entries;
    const clock = this.#clock;
    const counted = { size: 0 };
    const prefix = name === '' ? '' : `${name} `;

    function get(key: string): Value | undefined {
      const entry = entries.get(prefix + key);
      if (entry === undefined) return undefined;
      if (clock.monotonicMs() < entry.untilMs) return entry.value as Value; // The prefix is this store's alone.
      entries.delete(prefix + key);
      return undefined;
    }

    return {
      get,
      set(key, value, ttlMs) {
        const present = rankOf === undefined ? undefined : get(key);
        if (rankOf !== undefined && present !== undefined && rankOf(present) > rankOf(value)) return;
        const untilMs = clock.monotonicMs() + ttlMs;
        entries.set(prefix + key, { value, bytes: bytesOf(value), untilMs, of: counted });
      },
      delete(key) {
        entries.delete(prefix + key);
      },
      get size() {
        return counted.size;
      },
    };
  }
}

/** A store in this process with room of its own; what was used least recently goes first. */
export function createMemoryStore<Value extends object>(options: MemoryStoreOptions<Value>): NearStore<Value> {
  return new MemoryRoom(options).store('', options);
}
