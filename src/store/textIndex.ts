/** Slots at first; twice as many when half of them are taken. A power of two. */
const FIRST_SLOTS = 1024;

/** Whether the record at a position is of this store and has this key. */
export type IsOf = (position: number, store: number, key: string) => boolean;

/**
 * Where records are, by the hashes of their keys: a hash table with open addressing and linear probing (Knuth, The Art of
 * Computer Programming 3, 6.4, algorithms L and R). It holds numbers only: to whoever collects garbage it is two things,
 * however many records there are.
 */
export class TextIndex {
  readonly #isOf: IsOf;
  /** Positions, and one more: 0 is an empty slot. */
  #slots = new Float64Array(FIRST_SLOTS);
  /** The hash of what each slot leads to: looking at the records themselves takes longer. */
  #hashes = new Int32Array(FIRST_SLOTS);
  #taken = 0;

  constructor(isOf: IsOf) {
    this.#isOf = isOf;
  }

  /** To how many records it leads. */
  get size(): number {
    return this.#taken;
  }

  /** The position of a record; undefined where there is none. */
  find(hash: number, store: number, key: string): number | undefined {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const position = (this.#slots[slot] ?? 0) - 1;
      if (position < 0) return undefined;
      if (this.#hashes[slot] === hash && this.#isOf(position, store, key)) return position;
    }
  }

  /** Leads to a record that it does not lead to yet. */
  add(hash: number, position: number): void {
    this.#taken += 1;
    if (2 * this.#taken > this.#slots.length) this.#grow();
    this.#put(hash, position + 1);
  }

  /** Leads to where a record is now. */
  move(hash: number, from: number, to: number): void {
    this.#slots[this.#slotOf(hash, from)] = to + 1;
  }

  /** Leads no more to a record that it led to. */
  remove(hash: number, position: number): void {
    const [slots, hashes] = [this.#slots, this.#hashes];
    const mask = slots.length - 1;
    let hole = this.#slotOf(hash, position);
    this.#taken -= 1;
    // Those behind it that would not be found past an empty slot move up.
    for (let slot = (hole + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const moved = hashes[slot] ?? 0;
      if (((slot - moved) & mask) < ((slot - hole) & mask)) continue;
      slots[hole] = slots[slot] ?? 0;
      hashes[hole] = moved;
      hole = slot;
    }
    slots[hole] = 0;
  }

  #slotOf(hash: number, position: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== position + 1) slot = (slot + 1) & mask;
    return slot;
  }

  #put(hash: number, taken: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = taken;
    this.#hashes[slot] = hash;
  }

  #grow(): void {
    const [slots, hashes] = [this.#slots, this.#hashes];
    this.#slots = new Float64Array(2 * slots.length);
    this.#hashes = new Int32Array(2 * slots.length);
    for (let slot = 0; slot < slots.length; slot += 1) {
      const taken = slots[slot] ?? 0;
      if (taken !== 0) this.#put(hashes[slot] ?? 0, taken);
    }
  }
}
