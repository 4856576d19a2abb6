/** From this length on V8 makes no copy for a slice, but notes where it lies in the whole text. */
const SLICE_LENGTH = 13;

/**
 * The same text, which does not keep all of the body in memory for as long as an answer made of it is remembered: what
 * is put together is laid out anew before it is cut. Half the price of a way through a Buffer.
 */
export function apart(slice: string): string {
  return slice.length < SLICE_LENGTH ? slice : ` ${slice}`.slice(1);
}
