import { finishHash, FNV_PRIME } from './hash32.ts';
import { recordBytesOf, Segment, SEGMENT_BYTES, type KeyedRecord, type Packed, type PackedRecord } from './segment.ts';
import { TextIndex } from './textIndex.ts';

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
  readonly #index = new TextIndex((position, store, key) =>
    this.#segmentOf(position).isOf(position % SEGMENT_BYTES, store, key),
  );
  readonly #segments: Segment[] = [];
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
    const length = recordBytesOf(key, text);
    if (length > this.#maxRecordBytes || this.#hashOf(key) === undefined) return undefined;
    const left = this.#left;
    return left < length ? left + length : length;
  }

  /** Puts a record behind the others, one that {@link bytesFor} has bytes for and that is not here. */
  add(store: number, key: string, { text, first, second }: Packed, untilMs: number): void {
    this.#renew();
    const hash = this.#hashOf(key) ?? 0;
    const length = recordBytesOf(key, text);
    const record: KeyedRecord = { hash, store, key, text, first, second, untilMs };
    const position = this.#makeRoom(length);
    this.#segmentOf(position).write(position % SEGMENT_BYTES, record);
    this.#index.add(hash, position);
    this.#liveBytes += length;
    this.#counts[store] = this.countOf(store) + 1;
  }

  read(position: number): PackedRecord {
    return this.#segmentOf(position).read(position % SEGMENT_BYTES);
  }

  untilMsAt(position: number): number {
    return this.#segmentOf(position).untilMsAt(position % SEGMENT_BYTES);
  }

  /** Takes out a record that is here. */
  remove(position: number): void {
    const segment = this.#segmentOf(position);
    const at = position % SEGMENT_BYTES;
    const store = segment.storeAt(at);
    this.#index.remove(segment.hashAt(at), position);
    this.#counts[store] = this.countOf(store) - 1;
    this.#liveBytes -= segment.lengthAt(at);
    segment.takeOut(at);
    if (position === this.#start) this.#forgetTakenOut();
  }

  /** Puts the first record behind the others where most of what is behind it was taken out. */
  #renew(): void {
    if (this.bytes < 2 * this.#liveBytes + SEGMENT_BYTES) return;
    const [from, segment] = [this.#start, this.#segmentOf(this.#start)];
    const at = from % SEGMENT_BYTES;
    const to = this.#makeRoom(segment.lengthAt(at));
    this.#segmentOf(to).copyFrom(segment, at, to % SEGMENT_BYTES);
    this.#index.move(segment.hashAt(at), from, to);
    segment.takeOut(at);
    this.#forgetTakenOut();
  }

  /** Bytes that are left of the last segment; all of one where the next record begins it. */
  get #left(): number {
    return SEGMENT_BYTES - (this.#end % SEGMENT_BYTES);
  }

  /** The position of so many bytes in one segment, behind all records. */
  #makeRoom(length: number): number {
    const left = this.#left;
    if (left < length) {
      this.#segmentOf(this.#end).closeAt(this.#end % SEGMENT_BYTES);
      this.#end += left;
      this.#forgetTakenOut();
    }
    const position = this.#end;
    if (this.#firstSegment + this.#segments.length === Math.floor(position / SEGMENT_BYTES)) {
      this.#segments.push(this.#spare ?? new Segment());
      this.#spare = undefined;
    }
    this.#end += length;
    return position;
  }

  /** Goes on to the first record that is still here, and lets go of the segments before it. */
  #forgetTakenOut(): void {
    while (this.#start < this.#end) {
      const segment = this.#segmentOf(this.#start);
      const at = this.#start % SEGMENT_BYTES;
      if (segment.storeAt(at) >= 0) break;
      this.#start += segment.lengthAt(at);
    }
    while (this.#firstSegment < Math.floor(this.#start / SEGMENT_BYTES)) {
      this.#spare = this.#segments.shift();
      this.#firstSegment += 1;
    }
  }

  #segmentOf(position: number): Segment {
    const segment = this.#segments[Math.floor(position / SEGMENT_BYTES) - this.#firstSegment];
    if (segment === undefined) throw new RangeError('No such segment.');
    return segment;
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
      hash = Math.imul(hash ^ code, FNV_PRIME);
    }
    this.#lastKey = key;
    this.#lastHash = all > 0xff ? undefined : finishHash(hash) & 0x7fffffff;
    return this.#lastHash;
  }
}
