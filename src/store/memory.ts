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
  /** Undefined once it is let go. */
  value: object | undefined;
  readonly bytes: number;
  readonly untilMs: number;
  /** The entries of its store. */
  readonly kin: Map<string, Entry>;
}

/**
 * Room in this process for several stores, bounded by bytes and by entries for all of them together: what was used least
 * recently of any of them goes first, so that each gets as much of it as is asked of it. What has outlived its time takes
 * no room from what has not: it goes before anything more is kept.
 */
export class MemoryRoom {
  readonly #clock: Clock;
  /** By what they are: each store finds its own by their keys. */
  readonly #entries: LRUCache<Entry, Entry>;
  readonly #lines: Line[] = [];

  constructor({ maxBytes, maxEntries = Math.ceil(maxBytes / LEAST_BYTES), clock }: MemoryRoomOptions) {
    this.#clock = clock;
    this.#entries = new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      // An entry larger than all of it is not kept, rather than pushing out everything.
      maxEntrySize: maxBytes,
      sizeCalculation: ({ bytes, key }) => ENTRY_BYTES + 2 * key.length + bytes,
      onInsert: (entry) => entry.kin.set(entry.key, entry),
      dispose: (entry) => {
        entry.kin.delete(entry.key);
        entry.value = undefined;
      },
    });
  }

  /** A store in it, with keys of its own. */
  store<Value extends object>({ bytesOf, rankOf }: RoomStoreOptions<Value>): NearStore<Value> {
    const entries = this.#entries;
    const clock = this.#clock;
    const own = new Map<string, Entry>();
    const line = new Line();
    this.#lines.push(line);
    const forgetExpired = (nowMs: number) => {
      for (const each of this.#lines) each.forgetExpired(nowMs, (entry) => entries.delete(entry));
    };

    function get(key: string, nowMs?: number): Value | undefined {
      const entry = own.get(key);
      if (entry === undefined) return undefined;
      if ((nowMs ?? clock.monotonicMs()) < entry.untilMs) return entries.get(entry)?.value as Value; // Only this store sets it.
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
        const nowMs = clock.monotonicMs();
        remove(key);
        forgetExpired(nowMs);
        const entry: Entry = { key, value, bytes: bytesOf(value), untilMs: nowMs + ttlMs, kin: own };
        entries.set(entry, entry);
        if (own.has(key)) line.add(entry, own.size); // It may be too large.
      },
      delete: remove,
      get size() {
        return own.size;
      },
    };
  }
}

/** The entries of a store as they were set, which is about as they end: those of one store live about as long. */
class Line {
  #entries: Entry[] = [];
  #first = 0;

  add(entry: Entry, alive: number): void {
    this.#entries.push(entry);
    if (this.#entries.length <= 2 * alive + 100) return;
    this.#entries = this.#entries.filter(({ value }) => value !== undefined);
    this.#first = 0;
  }

  /** Tells of those at its head whose time is over. */
  forgetExpired(nowMs: number, forget: (entry: Entry) => void): void {
    for (;;) {
      const entry = this.#entries[this.#first];
      if (entry === undefined || (entry.value !== undefined && nowMs < entry.untilMs)) return;
      this.#first += 1;
      if (entry.value !== undefined) forget(entry);
    }
  }
}

/** A store in this process with room of its own; what was used least recently goes first. */
export function createMemoryStore<Value extends object>(options: MemoryStoreOptions<Value>): NearStore<Value> {
  return new MemoryRoom(options).store(options);
}
