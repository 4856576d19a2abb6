import { randomInt } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import { Entry, ENTRY_BYTES, EntryLine } from './entry.ts';
import type { Packed } from './segment.ts';
import { StandingOrder } from './standing.ts';
import type { NearStore, RankOf } from './store.ts';
import { textBytesOf } from './textBytes.ts';
import { TextLog } from './textLog.ts';

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
  /** How values are kept until they are asked for; left out: as they are. */
  readonly form?: PackedForm<Value>;
}

/** Values as text: what nobody has asked for yet is kept so, for most of it nobody ever does. */
export interface PackedForm<Value> {
  /** Undefined for a value that is kept as it is. */
  pack(value: Value): Packed | undefined;
  unpack(packed: Packed): Value;
}

export interface MemoryStoreOptions<Value> extends RoomStoreOptions<Value> {
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly clock: Clock;
}

/**
 * Room in this process for several stores, bounded by bytes and by entries for all of them together: what nobody has used
 * since it was set goes first, then what was used least recently, of any of them, so that each gets as much of it as is
 * asked of it. What has outlived its time goes before anything more is kept, but for what waits behind another whose time
 * is not over: that is soon, for what is kept together ends about together.
 */
export class MemoryRoom {
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #maxEntries: number;
  readonly #order: StandingOrder<Entry>;
  readonly #lines: EntryLine[] = [];
  /** What nobody has asked for yet, of those stores that keep it as text. */
  readonly #packed: TextLog;
  #stores = 0;
  /** Of entries, without what is packed. */
  #bytes = 0;
  #entries = 0;

  constructor({ maxBytes, maxEntries = Infinity, clock }: MemoryRoomOptions) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
    this.#maxEntries = maxEntries;
    this.#packed = new TextLog(randomInt(2 ** 31), maxBytes);
    this.#order = new StandingOrder({ maxBytes, stampOf: () => this.#packed.end });
  }

  /** About what all that it holds takes. */
  get bytes(): number {
    return this.#bytes + this.#packed.bytes;
  }

  /** A store in it, with keys of its own. */
  store<Value extends object>({ bytesOf, rankOf, form }: RoomStoreOptions<Value>): NearStore<Value> {
    const clock = this.#clock;
    const packed = this.#packed;
    const number = this.#stores;
    this.#stores += 1;
    const own = new Map<string, Entry>();
    const line = new EntryLine();
    this.#lines.push(line);

    /** Takes in a value as it is. */
    const enter = (key: string, value: Value, untilMs: number, isUsed: boolean): void => {
      const bytes = ENTRY_BYTES + textBytesOf(key) + bytesOf(value);
      // One larger than all of the room is not kept, rather than pushing out everything.
      if (bytes > this.#maxBytes) return;
      const entry = new Entry(key, value, { bytes, untilMs, isUsed }, own);
      this.#takeIn(entry);
      line.add(entry, own.size);
    };

    /** A value that is packed is asked for: from now on it is kept as it is. */
    const open = (key: string, nowMs: number, kept: PackedForm<Value>): Value | undefined => {
      const position = packed.find(number, key);
      if (position === undefined) return undefined;
      const record = packed.read(position);
      packed.remove(position);
      if (nowMs >= record.untilMs) return undefined;
      const value = kept.unpack(record);
      enter(key, value, record.untilMs, true);
      return value;
    };

    const get = (key: string, nowMs?: number): Value | undefined => {
      const entry = own.get(key);
      if (entry === undefined) return form && open(key, nowMs ?? clock.monotonicMs(), form);
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
      const position = form && packed.find(number, key);
      if (position !== undefined) packed.remove(position);
    };

    /** Makes way for a value; false where a newer one is there. */
    const makeWay = (key: string, value: Value, nowMs: number): boolean => {
      const isNewer = (other: Value, untilMs: number) =>
        rankOf !== undefined && nowMs < untilMs && rankOf(other) > rankOf(value);
      const present = own.get(key);
      if (present !== undefined && isNewer(present.value as Value, present.untilMs)) return false;
      const position = form && packed.find(number, key);
      if (form !== undefined && position !== undefined) {
        const record = packed.read(position);
        if (isNewer(form.unpack(record), record.untilMs)) return false;
      }
      remove(key);
      return true;
    };

    return {
      get,
      set: (key, value, ttlMs) => {
        const nowMs = clock.monotonicMs();
        const isUsed = own.get(key)?.isUsed ?? false; // What takes its place is as wanted.
        if (!makeWay(key, value, nowMs)) return;
        this.#forgetExpired(nowMs);
        const untilMs = nowMs + ttlMs;
        const text = isUsed ? undefined : form?.pack(value);
        const bytes = text && packed.bytesFor(key, text);
        if (text === undefined || bytes === undefined) {
          enter(key, value, untilMs, isUsed);
          return;
        }
        this.#makeRoomFor(bytes);
        packed.add(number, key, text, untilMs);
      },
      delete: remove,
      get size() {
        return own.size + packed.countOf(number);
      },
    };
  }

  #takeIn(entry: Entry): void {
    this.#makeRoomFor(entry.bytes);
    this.#bytes += entry.bytes;
    this.#entries += 1;
    entry.kin.set(entry.key, entry);
    this.#order.add(entry);
  }

  /** For one more, before it is in: it is no less new than any other that nobody has used. */
  #makeRoomFor(bytes: number): void {
    while (this.bytes + bytes > this.#maxBytes || this.#entries + this.#packed.size + 1 > this.#maxEntries) {
      const { first } = this.#order;
      const position = this.#packed.first;
      // What is packed goes before what was used, and in its turn with what was not.
      if (position !== undefined && (first === undefined || first.isUsed || first.stamp > position)) {
        this.#packed.remove(position);
      } else if (first === undefined) return;
      else this.#letGo(first);
    }
  }

  /** What has outlived its time goes, at the heads of all lines. */
  #forgetExpired(nowMs: number): void {
    for (const each of this.#lines) each.forgetExpired(nowMs, (entry) => this.#letGo(entry));
    for (;;) {
      const position = this.#packed.first;
      if (position === undefined || nowMs < this.#packed.untilMsAt(position)) return;
      this.#packed.remove(position);
    }
  }

  #letGo(entry: Entry): void {
    this.#bytes -= entry.bytes;
    this.#entries -= 1;
    entry.kin.delete(entry.key);
    entry.value = undefined;
    this.#order.remove(entry);
  }
}

/** A store in this process with room of its own. */
export function createMemoryStore<Value extends object>(options: MemoryStoreOptions<Value>): NearStore<Value> {
  return new MemoryRoom(options).store(options);
}
