import { finishHash, FNV_PRIME } from '../store/hash32.ts';

/** Places come in sets, by what fingerprints begin with; in each the one seen longest ago goes first. Powers of two. */
const SETS = 16_384;
const WAYS = 4;

/**
 * Bytes that came lately, some 60,000 of them, known by 32 bits of each: what comes for the first time, as most does, is
 * known to be new without the hash by which what comes again is told apart for certain. It may be wrong either way, and
 * hence decides on nothing but whether it is worth to look: others may have the same fingerprint, and those seen longest ago
 * are forgotten.
 */
export class SeenBytes {
  readonly #places = new Int32Array(SETS * WAYS);
  /** Of the memory that the last ones were in: the next ones are, nearly always. */
  #view = new DataView<ArrayBufferLike>(new ArrayBuffer(0));

  /** Whether these came before; from now on they did. */
  see(bytes: Buffer): boolean {
    if (bytes.buffer !== this.#view.buffer) this.#view = new DataView(bytes.buffer);
    const fingerprint = fingerprintOf(this.#view, bytes.byteOffset, bytes.byteOffset + bytes.length);
    const first = WAYS * (fingerprint & (SETS - 1));
    const places = this.#places;
    let at = first;
    while (at < first + WAYS - 1 && places[at] !== fingerprint) at += 1;
    const isSeen = places[at] === fingerprint;
    // Those before it are seen less lately from now on.
    places.copyWithin(first + 1, first, at);
    places[first] = fingerprint;
    return isSeen;
  }
}

/** A hash of what is between two places, 4 bytes at a time (FNV-1a by words, finished as MurmurHash3 does); never 0. */
function fingerprintOf(view: DataView, from: number, to: number): number {
  let hash = to - from;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), FNV_PRIME);
    hash ^= hash >>> 15;
  }
  for (; at < to; at += 1) hash = Math.imul(hash ^ view.getUint8(at), FNV_PRIME);
  return finishHash(hash) || 1;
}
