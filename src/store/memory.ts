import type { Clock } from '../domain/clock.ts';
import { StandingOrder, type Standing } from './standing.ts';
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
class Entry implements Standing<Entry> {
  older: Entry | undefined = undefined;
  newer: Entry | undefined = undefined;
  isUsed: boolean;
  readonly key: string;
  /** Undefined once it is let go. */
  value: object | undefined;
  readonly bytes: number;
  readonly untilMs: number;
  /** The entries of its store. */
  readonly kin: Map<string, Entry>;

  constructor(
    key: string,
    value: object,
    { bytes, untilMs, isUsed }: Pick<Entry, 'bytes' | 'untilMs' | 'isUsed'>,
    kin: Map<string, Entry>,
  ) {
    this.key = key;
    this.value = value;
    this.bytes = bytes;
    this.untilMs = untilMs;
    this.isUsed = isUsed;
    this.kin = kin;
  }
}

/**
 * Room in this process for several stores, bounded by bytes and by entries for all of them together: what nobody has used
 * since it was set goes first, then what was used least recently, of any of them, so that each gets as much of it as is
 * asked of it. What has outlived its time takes no room from what has not: it goes before anything more is kept.
 */
export class MemoryRoom {
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #maxEntries: number;
  readonly #order: StandingOrder<Entry>;
  readonly #lines: Line[] = [];
  #bytes = 0;
  #entries = 0;

  constructor({ maxBytes, maxEntries = Infinity, clock }: MemoryRoomOptions) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
    this.#maxEntries = maxEntries;
    this.#order = new StandingOrder(maxBytes);
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
        this.#order.use(entry);
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
        const nowMs = clock.monotonicMs();
        const present = own.get(key);
        const isUsed = present?.isUsed ?? false; // What takes its place is as wanted.
        if (present !== undefined) {
          const isNewer =
            rankOf !== undefined && nowMs < present.untilMs && rankOf(present.value as Value) > rankOf(value);
          if (isNewer) return;
          this.#letGo(present);
        }
        for (const each of this.#lines) each.forgetExpired(nowMs, (entry) => this.#letGo(entry));
        const bytes = ENTRY_BYTES + textBytesOf(key) + bytesOf(value);
        // One larger than all of the room is not kept, rather than pushing out everything.
        if (bytes > this.#maxBytes) return;
        const entry = new Entry(key, value, { bytes, untilMs: nowMs + ttlMs, isUsed }, own);
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
    // Before it is in: it is no less new than any other that nobody has used.
    while (this.#bytes > this.#maxBytes || this.#entries > this.#maxEntries) {
      const { first } = this.#order;
      if (first === undefined) break;
      this.#letGo(first);
    }
    entry.kin.set(entry.key, entry);
    this.#order.add(entry);
  }

  #letGo(entry: Entry): void {
    this.#bytes -= entry.bytes;
    this.#entries -= 1;
    entry.kin.delete(entry.key);
    entry.value = undefined;
    this.#order.remove(entry);
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

/** A store in this process with room of its own. */
export function createMemoryStore<Value extends object>(options: MemoryStoreOptions<Value>): NearStore<Value> {
  return new MemoryRoom(options).store(options);
}
