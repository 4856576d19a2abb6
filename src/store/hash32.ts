/** What FNV-1a multiplies by, at each step. */
export const FNV_PRIME = 0x01000193;

/** Has each bit of a hash hang on all of it, as MurmurHash3 ends: those that a table is looked up by, too. */
export function finishHash(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
