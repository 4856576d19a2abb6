import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Secret } from '../domain/secret.ts';

/** Writes what is kept outside this process so that only its siblings can read it, and only they can have written it. */
export interface Seal {
  /** A key that says nothing of what it is for. */
  keyOf(name: string): string;
  /** Encrypted and authenticated, bound to its key: it cannot be read under another. */
  seal(key: string, text: string): Buffer;
  /** What was sealed; undefined for anything forged, damaged, moved to another key, or of another version. */
  open(key: string, sealed: Buffer): string | undefined;
}

/** Raised when what is sealed changes its form, so that old values are misses. */
const VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A seal that all who share `secret` can open: keyed hashes (HMAC-SHA-256) for keys, AES-256-GCM for values. */
export function createSeal(secret: Secret): Seal {
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', secret.reveal(), '', `loyalty-graph ${purpose}`, 32));
  const hashKey = derive('keys');
  const valueKey = derive('values');

  return {
    keyOf: (name) => `loyalty-graph:${VERSION}:${createHmac('sha256', hashKey).update(name).digest('base64url')}`,

    seal(key, text) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', valueKey, iv).setAAD(Buffer.from(key));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), iv, cipher.getAuthTag(), body]);
    },

    open(key, sealed) {
      if (sealed.length < 1 + IV_BYTES + TAG_BYTES || sealed[0] !== VERSION) return undefined;
      const iv = sealed.subarray(1, 1 + IV_BYTES);
      const tag = sealed.subarray(1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES);
      try {
        const decipher = createDecipheriv('aes-256-gcm', valueKey, iv, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(key)).setAuthTag(tag);
        const body = sealed.subarray(1 + IV_BYTES + TAG_BYTES);
        return decipher.update(body, undefined, 'utf8') + decipher.final('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
