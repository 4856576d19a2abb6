import type { Clock } from '../domain/clock.ts';
import { Recency, type Ranked } from './recency.ts';
import type { NearStore, RankOf } from './store.ts';
import { textBytesOf } from './textBytes.ts';

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

/** About what an entry takes besides its key and value: itself, its time, its places in the store and in its line. */
const ENTRY_BYTES = 170;

/** What is kept, and where. */
class Entry implements Ranked<Entry> {
  older: Entry | undefined = undefined;
  newer: Entry | undefined = undefined;
  readonly key: string;
  /** Undefined once it is let go. */
  value: object | undefined;
  readonly bytes: number;
  readonly untilMs: number;
  /** The entries of its store. */
  readonly kin: Map<string, Entry>;

  constructor(key: string, value: object, bytes: number, untilMs: number, kin: Map<string, Entry>) {
    this.key = key;
    this.value = value;
    this.bytes = bytes;
    this.untilMs = untilMs;
    this.kin = kin;
  }
}

/**
 * Room in this process for several stores, bounded by bytes and by entries for all of them together: what was used least
 * recently of any of them goes first, so that each gets as much of it as is asked of it. What has outlived its time takes
 * no room from what has not: it goes before anything more is kept.
 */
export class MemoryRoom {
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #maxEntries: number;
  readonly #recency = new Recency<Entry>();
  readonly #lines: Line[] = [];
  #bytes = 0;
  #entries = 0;

  constructor({ maxBytes, maxEntries = Infinity, clock }: MemoryRoomOptions) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
    this.#maxEntries = maxEntries;
  }

  /** About what all that it holds takes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A store in it, with keys of its own. */
  store<Value extends object>({ bytesOf, rankOf }: RoomStoreOptions<Value>): NearStore<Value> {
    const clock = this.#clock;
    const own = new Map<string, Entry>();
    const line = new Line();
    this.#lines.push(line);

    const get = (key: string, nowMs?: number): Value | undefined => {
      const entry = own.get(key);
      if (entry === undefined) return undefined;
      if ((nowMs ?? clock.monotonicMs()) < entry.untilMs) {
        this.#recency.use(entry);
        return entry.value as Value; // Only this store sets it.
      }
      this.#letGo(entry);
      return undefined;
    };

    const remove = (key: string): void => {
      const entry = own.get(key);
      if (entry !== undefined) this.#letGo(entry);
    };

    return {
      get,
      set: (key, value, ttlMs) => {
        const present = rankOf === undefined ? undefined : get(key);
        if (rankOf !== undefined && present !== undefined && rankOf(present) > rankOf(value)) return;
        const nowMs = clock.monotonicMs();
        remove(key);
        for (const each of this.#lines) each.forgetExpired(nowMs, (entry) => this.#letGo(entry));
        const bytes = ENTRY_BYTES + textBytesOf(key) + bytesOf(value);
        // One larger than all of the room is not kept, rather than pushing out everything.
        if (bytes > this.#maxBytes) return;
        const entry = new Entry(key, value, bytes, nowMs + ttlMs, own);
        this.#takeIn(entry);
        line.add(entry, own.size);
      },
      delete: remove,
      get size() {
        return own.size;
      },
    };
  }

  #takeIn(entry: Entry): void {
    this.#bytes += entry.bytes;
    this.#entries += 1;
    entry.kin.set(entry.key, entry);
    this.#recency.add(entry);
    while (this.#bytes > this.#maxBytes || this.#entries > this.#maxEntries) {
      const { oldest } = this.#recency;
      if (oldest === undefined) return;
      this.#letGo(oldest);
    }
  }

  #letGo(entry: Entry): void {
    this.#bytes -= entry.bytes;
    this.#entries -= 1;
    entry.kin.delete(entry.key);
    entry.value = undefined;
    this.#recency.remove(entry);
  }
}

/** The entries of a store as they were set, which is about as they end: those of one store live about as long. */
class Line {
  #entries: (Entry | undefined)[] = [];
  #first = 0;

  add(entry: Entry, alive: number): void {
    this.#entries.push(entry);
    if (this.#entries.length <= 1.5 * alive + 100) return;
    this.#entries = this.#entries.filter((each) => each?.value !== undefined);
    this.#first = 0;
  }

  /** Tells of those at its head whose time is over. */
  forgetExpired(nowMs: number, forget: (entry: Entry) => void): void {
    for (;;) {
      const entry = this.#entries[this.#first];
      if (entry === undefined || (entry.value !== undefined && nowMs < entry.untilMs)) return;
      this.#entries[this.#first] = undefined; // What was let go is not held on to.
      this.#first += 1;
      if (entry.value !== undefined) forget(entry);
    }
  }
}

/** A store in this process with room of its own; what was used least recently goes first. */
export function createMemoryStore<Value extends object>(options: MemoryStoreOptions<Value>): NearStore<Value> {
  return new MemoryRoom(options).store(options);
}
