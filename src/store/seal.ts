import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Secret } from '../domain/secret.ts';

/**
 * What makes a store outside this process safe to use: keys that say nothing of what they are about, and values that
 * nobody else can read, make up, or move to another key.
 */
export interface Seal {
  /** A key for `text`: the same for everybody with the same secret, and no way back (HMAC-SHA-256). */
  keyOf(text: string): string;
  /** `text` encrypted and authenticated (AES-256-GCM), for this place only. */
  seal(text: string, place: string): string;
  /** The text behind a sealed one; undefined unless it was sealed with the same secret for the same place. */
  open(sealed: string, place: string): string | undefined;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/**
 * A seal from a secret that all gateways of one org have anyway: its platform credential. Another credential, and what it
 * may see, has another seal, and finds nothing.
 *
 * @param scope what besides the secret must be the same: the platform's address, the credential's name
 */
export function createSeal(secret: Secret, scope: string): Seal {
  // HKDF (RFC 5869): one secret, a key for each purpose.
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', secret.reveal(), scope, `loyalty-graph ${purpose}`, KEY_BYTES));
  const nameKey = derive('key names');
  const valueKey = derive('values');

  return {
    keyOf: (text) => createHmac('sha256', nameKey).update(text).digest('base64url'),

    seal(text, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', valueKey, nonce).setAAD(Buffer.from(place));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
    },

    open(sealed, place) {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
      try {
        const decipher = createDecipheriv('aes-256-gcm', valueKey, bytes.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
        return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
