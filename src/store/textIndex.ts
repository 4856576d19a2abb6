/** What an index knows of the records it leads to. */
export interface Records {
  hashAt(position: number): number;
  isOf(position: number, store: number, key: string): boolean;
}

/** Slots at first; twice as many when half of them are taken. A power of two. */
const FIRST_SLOTS = 1024;

/**
 * Where records are, by the hashes of their keys: a hash table with open addressing and linear probing (Knuth, The Art of
 * Computer Programming 3, 6.4, algorithms L and R). It holds numbers only: to whoever collects garbage it is one thing,
 * however many records there are.
 */
export class TextIndex {
  readonly #records: Records;
  /** Positions, and one more: 0 is an empty slot. */
  #slots = new Float64Array(FIRST_SLOTS);
  #taken = 0;

  constructor(records: Records) {
    this.#records = records;
  }

  /** To how many records it leads. */
  get size(): number {
    return this.#taken;
  }

  /** The position of a record; undefined where there is none. */
  find(hash: number, store: number, key: string): number | undefined {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const position = (slots[slot] ?? 0) - 1;
      if (position < 0) return undefined;
      if (this.#records.hashAt(position) === hash && this.#records.isOf(position, store, key)) return position;
    }
  }

  /** Leads to a record that it does not lead to yet. */
  add(hash: number, position: number): void {
    this.#taken += 1;
    if (2 * this.#taken > this.#slots.length) this.#grow();
    this.#put(hash, position);
  }

  /** Leads no more to a record that it led to. */
  remove(hash: number, position: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hole = hash & mask;
    while (slots[hole] !== position + 1) hole = (hole + 1) & mask;
    this.#taken -= 1;
    // Those behind it that would not be found past an empty slot move up.
    for (let slot = (hole + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const moved = slots[slot] ?? 0;
      const home = this.#records.hashAt(moved - 1) & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      slots[hole] = moved;
      hole = slot;
    }
    slots[hole] = 0;
  }

  #put(hash: number, position: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = position + 1;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Float64Array(2 * before.length);
    for (const taken of before) if (taken !== 0) this.#put(this.#records.hashAt(taken - 1), taken - 1);
  }
}
