import { createHash } from 'node:crypto';

/** The SHA-256 of a text in hexadecimal: how clients name a document. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
