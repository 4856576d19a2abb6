import { TextIndex } from './textIndex.ts';

/** A text, a byte a character, with two numbers that go with it. */
export interface Packed {
  readonly text: string;
  readonly first: number;
  readonly second: number;
}

/** A record in {@link TextLog}. */
export interface PackedRecord extends Packed {
  readonly untilMs: number;
}

export const SEGMENT_BYTES = 256 * 1024;

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

interface Segment {
  readonly bytes: Buffer;
  readonly doubles: Float64Array;
  readonly words: Int32Array;
}

/**
 * Texts in the order they came in, in memory that is not the heap's: what is set, and for the most part never asked for
 * again, costs whoever collects garbage nothing, neither to move nor to mark. The first goes first.
 *
 * A log of segments: records are written behind one another, one that is taken out keeps its bytes until those before it
 * have gone, and a segment is used again when all of its records have. Where more of it was taken out than is left, those at
 * its head are put behind the others, so that a few do not hold up many.
 */
export class TextLog {
  readonly #seed: number;
  readonly #maxRecordBytes: number;
  readonly #index = new TextIndex((position, store, key) => this.#isOf(position, store, key));
  #segments: Segment[] = [];
  #spare: Segment | undefined;
  /** The number of the first segment, of all there ever were. */
  #firstSegment = 0;
  #start = 0;
  #end = 0;
  /** Bytes of those that are here. */
  #liveBytes = 0;
  readonly #counts: number[] = [];
  #lastKey: string | undefined;
  #lastHash: number | undefined;

  /**
   * @param seed what hashes of keys begin with: nobody outside is to know which of them meet
   * @param maxBytes of a record
   */
  constructor(seed: number, maxBytes: number) {
    this.#seed = seed | 0;
    this.#maxRecordBytes = Math.min(maxBytes, SEGMENT_BYTES);
  }

  /** How many bytes its records take. */
  get bytes(): number {
    return this.#end - this.#start;
  }

  /** Where the next record will be: behind all that are here. */
  get end(): number {
    return this.#end;
  }

  /** How many records it holds. */
  get size(): number {
    return this.#index.size;
  }

  /** How many of them are of a store. */
  countOf(store: number): number {
    return this.#counts[store] ?? 0;
  }

  /** The position of the record that came first; undefined where there is none. */
  get first(): number | undefined {
    return this.#start === this.#end ? undefined : this.#start;
  }

  /** Where a record of a store is; undefined where there is none. */
  find(store: number, key: string): number | undefined {
    if (this.#start === this.#end) return undefined;
    const hash = this.#hashOf(key);
    return hash === undefined ? undefined : this.#index.find(hash, store, key);
  }

  /** How many bytes more a record would take; undefined for one that is too long, or whose key is not Latin-1. */
  bytesFor(key: string, { text }: Packed): number | undefined {
    const length = lengthOf(key, text);
    if (length > this.#maxRecordBytes || this.#hashOf(key) === undefined) return undefined;
    const left = this.#left;
    return left < length ? left + length : length;
  }

  /** Puts a record behind the others, one that {@link bytesFor} has bytes for and that is not here. */
  add(store: number, key: string, { text, first, second }: Packed, untilMs: number): void {
    const hash = this.#hashOf(key) ?? 0;
    const length = lengthOf(key, text);
    this.#renew();
    const position = this.#makeRoom(length);
    const { bytes, doubles, words } = this.#segmentAt(position);
    const at = position % SEGMENT_BYTES;
    doubles[(at + UNTIL) / 8] = untilMs;
    doubles[(at + FIRST) / 8] = first;
    doubles[(at + SECOND) / 8] = second;
    words[(at + HASH) / 4] = hash;
    words[(at + LENGTH) / 4] = length;
    words[(at + KEY_LENGTH) / 4] = key.length;
    words[(at + TEXT_LENGTH) / 4] = text.length;
    words[(at + STORE) / 4] = store + 1;
    bytes.write(key, at + HEAD_BYTES, 'latin1');
    bytes.write(text, at + HEAD_BYTES + key.length, 'latin1');
    this.#index.add(hash, position);
    this.#liveBytes += length;
    this.#counts[store] = this.countOf(store) + 1;
  }

  read(position: number): PackedRecord {
    const { bytes, doubles, words } = this.#segmentAt(position);
    const at = position % SEGMENT_BYTES;
    const from = at + HEAD_BYTES + (words[(at + KEY_LENGTH) / 4] ?? 0);
    return {
      text: bytes.toString('latin1', from, from + (words[(at + TEXT_LENGTH) / 4] ?? 0)),
      first: doubles[(at + FIRST) / 8] ?? 0,
      second: doubles[(at + SECOND) / 8] ?? 0,
      untilMs: this.untilMsAt(position),
    };
  }

  untilMsAt(position: number): number {
    return this.#segmentAt(position).doubles[((position % SEGMENT_BYTES) + UNTIL) / 8] ?? 0;
  }

  /** Takes out a record that is here. */
  remove(position: number): void {
    const { words } = this.#segmentAt(position);
    const store = ((position % SEGMENT_BYTES) + STORE) / 4;
    const number = (words[store] ?? 0) - 1;
    this.#index.remove(this.#wordAt(position, HASH), position);
    this.#counts[number] = this.countOf(number) - 1;
    words[store] = 0;
    this.#liveBytes -= this.#wordAt(position, LENGTH);
    if (position === this.#start) this.#forgetTakenOut();
  }

  #isOf(position: number, store: number, key: string): boolean {
    const { bytes, words } = this.#segmentAt(position);
    const at = position % SEGMENT_BYTES;
    if (words[(at + STORE) / 4] !== store + 1 || words[(at + KEY_LENGTH) / 4] !== key.length) return false;
    for (let index = 0; index < key.length; index += 1) {
      if (bytes[at + HEAD_BYTES + index] !== key.charCodeAt(index)) return false;
    }
    return true;
  }

  /** Bytes that are left of the last segment; all of one where the next record begins it. */
  get #left(): number {
    return SEGMENT_BYTES - (this.#end % SEGMENT_BYTES);
  }

  /** The position of so many bytes in one segment, behind all records. */
  #makeRoom(length: number): number {
    const left = this.#left;
    if (left < length) {
      // What is left of a segment counts as a record that was taken out.
      const { words } = this.#segmentAt(this.#end);
      const at = this.#end % SEGMENT_BYTES;
      words[(at + LENGTH) / 4] = left;
      words[(at + STORE) / 4] = 0;
      this.#end += left;
      this.#forgetTakenOut();
    }
    const position = this.#end;
    if (this.#firstSegment + this.#segments.length === Math.floor(position / SEGMENT_BYTES)) {
      this.#segments.push(this.#spare ?? newSegment());
      this.#spare = undefined;
    }
    this.#end += length;
    return position;
  }

  /** Puts the first record behind the others where most of what is behind it was taken out. */
  #renew(): void {
    if (this.bytes < 2 * this.#liveBytes + SEGMENT_BYTES) return;
    const from = this.#start;
    const { bytes, words } = this.#segmentAt(from);
    const at = from % SEGMENT_BYTES;
    const length = this.#wordAt(from, LENGTH);
    const to = this.#makeRoom(length);
    bytes.copy(this.#segmentAt(to).bytes, to % SEGMENT_BYTES, at, at + length);
    this.#index.move(this.#wordAt(to, HASH), from, to);
    words[(at + STORE) / 4] = 0;
    this.#forgetTakenOut();
  }

  /** Goes on to the first record that is still here, and lets go of the segments before it. */
  #forgetTakenOut(): void {
    while (this.#start < this.#end && this.#wordAt(this.#start, STORE) === 0) {
      this.#start += this.#wordAt(this.#start, LENGTH);
    }
    while (this.#firstSegment < Math.floor(this.#start / SEGMENT_BYTES)) {
      this.#spare = this.#segments.shift();
      this.#firstSegment += 1;
    }
  }

  #segmentAt(position: number): Segment {
    const segment = this.#segments[Math.floor(position / SEGMENT_BYTES) - this.#firstSegment];
    if (segment === undefined) throw new RangeError('No such segment.');
    return segment;
  }

  #wordAt(position: number, offset: number): number {
    return this.#segmentAt(position).words[((position % SEGMENT_BYTES) + offset) / 4] ?? 0;
  }

  /** A hash of a key (FNV-1a, finished as MurmurHash3 does), 31 bits; undefined for one that is not Latin-1. */
  #hashOf(key: string): number | undefined {
    // A read asks for one key again and again.
    if (key === this.#lastKey) return this.#lastHash;
    let hash = this.#seed;
    let all = 0;
    for (let index = 0; index < key.length; index += 1) {
      const code = key.charCodeAt(index);
      all |= code;
      hash = Math.imul(hash ^ code, 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    this.#lastKey = key;
    this.#lastHash = all > 0xff ? undefined : (hash ^ (hash >>> 16)) & 0x7fffffff;
    return this.#lastHash;
  }
}

/** How many bytes a record takes: numbers of 8 bytes begin at places that 8 divides. */
function lengthOf(key: string, text: string): number {
  return (HEAD_BYTES + key.length + text.length + 7) & ~7;
}

function newSegment(): Segment {
  const bytes = Buffer.allocUnsafeSlow(SEGMENT_BYTES);
  return { bytes, doubles: new Float64Array(bytes.buffer), words: new Int32Array(bytes.buffer) };
}
