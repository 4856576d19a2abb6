/**
 * About what a text takes in memory: a byte a character, or two where it is not all ASCII, though some of those take one. A
 * text that was put together of pieces is laid out in one by this, and lets go of them.
 */
export function textBytesOf(text: string): number {
  return Buffer.byteLength(text) === text.length ? text.length : 2 * text.length;
}
