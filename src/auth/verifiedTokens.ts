import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../domain/clock.ts';
import type { Keys } from './fetchKeys.ts';
import type { Recognised } from './viewer.ts';

/**
 * Tokens that were found valid, and who their callers are, so that a caller who asks often costs one check of a
 * signature and not one a request. Kept by their hashes, never by themselves.
 */
export interface VerifiedTokens {
  /** Who shows this token; undefined unless it was found valid with these very keys and has not run out. */
  find(token: string, keys: Keys): Recognised | undefined;
  /** Keeps a token that these keys have proved, until `untilMs` of the wall clock. Other keys than before empty all. */
  keep(token: string, keys: Keys, caller: Recognised, untilMs: number): void;
}

const MAX_TOKENS = 10_000;

/** An empty memory of {@link MAX_TOKENS}; what was shown least recently goes first. */
export function createVerifiedTokens(clock: Clock): VerifiedTokens {
  const entries = new LRUCache<string, { readonly caller: Recognised; readonly untilMs: number }>({ max: MAX_TOKENS });
  let provedBy: Keys | undefined;

  return {
    find(token, keys) {
      if (keys !== provedBy) return undefined;
      const entry = entries.get(hashOf(token));
      return entry !== undefined && clock.now() < entry.untilMs ? entry.caller : undefined;
    },

    keep(token, keys, caller, untilMs) {
      if (keys !== provedBy) entries.clear();
      provedBy = keys;
      entries.set(hashOf(token), { caller, untilMs });
    },
  };
}

function hashOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
