import type { DocumentNode } from 'graphql';
import type { NearStore } from '../../store/store.ts';
import type { OperationList } from './operationList.ts';

/** What Apollo Server keeps parsed and validated documents in. */
export interface DocumentStore {
  get(key: string): Promise<DocumentNode | undefined>;
  set(key: string, document: DocumentNode): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Pushed out long before by others that are used. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/** Parsed documents by their text's hash: the list's own, which are never parsed again, and those of others in a store. */
export function createDocumentStore(list: OperationList, store: NearStore<DocumentNode>): DocumentStore {
  return {
    // A key is Apollo's prefix for the schema, a colon, and the hash.
    get: (key) => {
      const listed = list.byHash(key.slice(key.lastIndexOf(':') + 1));
      return Promise.resolve(listed === undefined ? store.get(key) : listed.document);
    },
    set: (key, document) => {
      store.set(key, document, KEPT_MS);
      return Promise.resolve();
    },
    delete: (key) => {
      store.delete(key);
      return Promise.resolve();
    },
  };
}

/** About how many bytes a parsed document takes: its nodes and tokens, for each character of its text. */
export function bytesOfDocument({ loc }: DocumentNode): number {
  return BYTES_PER_CHARACTER * (loc?.end ?? 0) + 1;
}

/** Measured: 60 for a document with words in it, 240 for one of single letters. */
const BYTES_PER_CHARACTER = 240;
