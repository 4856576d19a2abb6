export const SEGMENT_BYTES = 256 * 1024;

/** A text, a byte a character, with two numbers that go with it. */
export interface Packed {
  readonly text: string;
  readonly first: number;
  readonly second: number;
}

/** A text that is kept until then. */
export interface PackedRecord extends Packed {
  readonly untilMs: number;
}

/** A record and what it is found by. */
export interface KeyedRecord extends PackedRecord {
  /** Of its key. */
  readonly hash: number;
  /** The number of its store. */
  readonly store: number;
  /** A byte a character. */
  readonly key: string;
}

// Where the parts of a record's head are: numbers of 4 bytes, then of 8.
/** How long the record is, head and padding included. */
const LENGTH = 0;
/** The number of its store, and one more; 0 when it was taken out. */
const STORE = 4;
const HASH = 8;
const KEY_LENGTH = 12;
const TEXT_LENGTH = 16;
const UNTIL = 24;
const FIRST = 32;
const SECOND = 40;
const HEAD_BYTES = 48;

/** How many bytes a record takes: numbers of 8 bytes begin at places that 8 divides. */
export function recordBytesOf(key: string, text: string): number {
  return (HEAD_BYTES + key.length + text.length + 7) & ~7;
}

/** Records behind one another, outside of the heap; `at` is where one begins. */
export class Segment {
  readonly #bytes = Buffer.allocUnsafeSlow(SEGMENT_BYTES);
  readonly #doubles = new Float64Array(this.#bytes.buffer);
  readonly #words = new Int32Array(this.#bytes.buffer);

  write(at: number, { hash, store, key, text, first, second, untilMs }: KeyedRecord): void {
    const [bytes, doubles, words] = [this.#bytes, this.#doubles, this.#words];
    words[(at + LENGTH) / 4] = recordBytesOf(key, text);
    words[(at + STORE) / 4] = store + 1;
    words[(at + HASH) / 4] = hash;
    words[(at + KEY_LENGTH) / 4] = key.length;
    words[(at + TEXT_LENGTH) / 4] = text.length;
    doubles[(at + UNTIL) / 8] = untilMs;
    doubles[(at + FIRST) / 8] = first;
    doubles[(at + SECOND) / 8] = second;
    bytes.write(key, at + HEAD_BYTES, 'latin1');
    bytes.write(text, at + HEAD_BYTES + key.length, 'latin1');
  }

  read(at: number): PackedRecord {
    const from = at + HEAD_BYTES + this.#word(at + KEY_LENGTH);
    return {
      text: this.#bytes.toString('latin1', from, from + this.#word(at + TEXT_LENGTH)),
      first: this.#double(at + FIRST),
      second: this.#double(at + SECOND),
      untilMs: this.untilMsAt(at),
    };
  }

  /** Whether the record there is here, of this store, and has this key. */
  isOf(at: number, store: number, key: string): boolean {
    if (this.storeAt(at) !== store || this.#word(at + KEY_LENGTH) !== key.length) return false;
    for (let index = 0; index < key.length; index += 1) {
      if (this.#bytes[at + HEAD_BYTES + index] !== key.charCodeAt(index)) return false;
    }
    return true;
  }

  lengthAt(at: number): number {
    return this.#word(at + LENGTH);
  }

  /** Negative where the record was taken out. */
  storeAt(at: number): number {
    return this.#word(at + STORE) - 1;
  }

  hashAt(at: number): number {
    return this.#word(at + HASH);
  }

  untilMsAt(at: number): number {
    return this.#double(at + UNTIL);
  }

  takeOut(at: number): void {
    this.#words[(at + STORE) / 4] = 0;
  }

  /** What is left from here on counts as a record that was taken out. */
  closeAt(at: number): void {
    this.#words[(at + LENGTH) / 4] = SEGMENT_BYTES - at;
    this.takeOut(at);
  }

  /** Puts a record of another segment here. */
  copyFrom(other: Segment, from: number, at: number): void {
    other.#bytes.copy(this.#bytes, at, from, from + other.lengthAt(from));
  }

  #word(at: number): number {
    return this.#words[at / 4] ?? 0;
  }

  #double(at: number): number {
    return this.#doubles[at / 8] ?? 0;
  }
}
