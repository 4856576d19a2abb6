import type { Standing } from './standing.ts';

/** About what an entry takes besides its key and value: itself, its time, its places in the store and in its line. */
export const ENTRY_BYTES = 170;

/** What is kept, and where. */
export class Entry implements Standing<Entry> {
  older: Entry | undefined = undefined;
  newer: Entry | undefined = undefined;
  isUsed: boolean;
  stamp = 0;
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
 * The entries of a store as they came to be kept as they are, which is about as they end: those of one store live about as
 * long. One that ends before those ahead of it goes with them.
 */
export class EntryLine {
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
