import DataLoader from 'dataloader';
import { asError } from '../domain/errors.ts';
import type { Reading } from '../domain/reading.ts';

export interface ReadLoaderOptions<Question, Answer> {
  readonly name: string;
  /** The same for two questions exactly when one answer serves both. */
  readonly keyOf: (question: Question) => string;
  /** Reads one; `maxAgeMs` undefined leaves freshness to the configuration. */
  readonly read: (question: Question, maxAgeMs: number | undefined) => Promise<Reading<Answer>>;
  /** What the configuration calls fresh. */
  readonly freshMs: number;
}

/** Loads an answer; `maxAgeMs` undefined leaves freshness to the configuration. */
export type ReadLoader<Question, Answer> = (question: Question, maxAgeMs?: number) => Promise<Reading<Answer>>;

/**
 * A loader for one operation over a platform that has no batch read: each distinct question is read once however often
 * it is asked, all questions side by side (the gate bounds how wide), and one that fails rejects alone.
 *
 * A question asked with different `maxAgeMs` is read under the strictest of them; asked for something newer after it
 * was read, it is read once more.
 */
export function createReadLoader<Question, Answer>(
  options: ReadLoaderOptions<Question, Answer>,
): ReadLoader<Question, Answer> {
  const { name, keyOf, read, freshMs } = options;
  const asked = new Map<string, { maxAgeMs: number; isRead: boolean }>();

  async function readOne(question: Question): Promise<Reading<Answer>> {
    const wish = asked.get(keyOf(question));
    if (wish === undefined) return read(question, undefined);
    wish.isRead = true;
    return read(question, wish.maxAgeMs === freshMs ? undefined : wish.maxAgeMs);
  }

  const loader = new DataLoader<Question, Reading<Answer>, string>(
    async (questions) => {
      const settled = await Promise.allSettled(questions.map(readOne));
      return settled.map((each) => (each.status === 'fulfilled' ? each.value : asError(each.reason)));
    },
    { name, cacheKeyFn: keyOf },
  );

  return (question, maxAgeMs = freshMs) => {
    const key = keyOf(question);
    const wish = asked.get(key);
    if (wish === undefined || (wish.isRead && maxAgeMs < wish.maxAgeMs)) {
      loader.clear(question);
      asked.set(key, { maxAgeMs, isRead: false });
    } else {
      wish.maxAgeMs = Math.min(wish.maxAgeMs, maxAgeMs);
    }
    return loader.load(question);
  };
}
