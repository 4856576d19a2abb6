import type { Store } from '../../store/store.ts';
import { sha256Of } from './sha256.ts';

/** A document that a client registered: an object, for a store keeps no bare texts. */
export interface RegisteredQuery {
  readonly text: string;
}

/** What Apollo Server keeps automatically persisted queries in. */
export interface QueryCache {
  get(key: string): Promise<string | undefined>;
  set(key: string, text: string): Promise<void>;
  delete(key: string): Promise<void>;
}

/** A client that was away for longer sends its text once more. */
const KEPT_MS = 24 * 60 * 60 * 1000;
/** A document of ours has some hundred characters; a longer one than this is run, and asked for again each time. */
const MAX_TEXT_LENGTH = 32_000;

/**
 * Automatically persisted queries in a store of ours, which may be shared with others: a text that is not the one its
 * key names is as good as none.
 */
export function createQueryCache(store: Store<RegisteredQuery>): QueryCache {
  return {
    async get(key) {
      const registered = await store.get(key);
      if (registered === undefined || !key.endsWith(sha256Of(registered.text))) return undefined;
      return registered.text;
    },
    async set(key, text) {
      if (text.length <= MAX_TEXT_LENGTH) await store.set(key, { text }, KEPT_MS);
    },
    async delete(key) {
      await store.delete(key);
    },
  };
}
