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
export function createReadLoader<Question, Answer>({
  name,
  keyOf,
  read,
  freshMs,
}: ReadLoaderOptions<Question, Answer>): ReadLoader<Question, Answer> {
  const asked = new Map<string, Wish<Question, Answer>>();
  // What was asked already is found in `asked`, under its `maxAgeMs` too; here all that a level asks for comes together.
  const loader = new DataLoader<Wish<Question, Answer>, Reading<Answer>>(
    ([only, ...others]) => {
      if (only === undefined) return Promise.resolve([]);
      if (others.length === 0) return readOne(only).then(alone, failedAlone);
      return Promise.all([only, ...others].map((wish) => readOne(wish).catch(asError)));
    },
    { name, cache: false },
  );

  /** Whatever goes wrong in a read is that read's own. */
  function readOne(wish: Wish<Question, Answer>): Promise<Reading<Answer>> {
    wish.isRead = true;
    try {
      return read(wish.question, wish.maxAgeMs === freshMs ? undefined : wish.maxAgeMs);
    } catch (error) {
      return Promise.reject(asError(error));
    }
  }

  return (question, maxAgeMs = freshMs) => {
    const key = keyOf(question);
    const known = asked.get(key);
    if (known?.reading !== undefined && (!known.isRead || maxAgeMs >= known.maxAgeMs)) {
      known.maxAgeMs = Math.min(known.maxAgeMs, maxAgeMs);
      return known.reading;
    }
    const wish: Wish<Question, Answer> = { question, maxAgeMs, isRead: false, reading: undefined };
    asked.set(key, wish);
    return (wish.reading = loader.load(wish));
  };
}

/** What one question was asked under, and what becomes of it. */
interface Wish<Question, Answer> {
  readonly question: Question;
  maxAgeMs: number;
  isRead: boolean;
  reading: Promise<Reading<Answer>> | undefined;
}

function alone<T>(one: T): readonly [T] {
  return [one];
}

function failedAlone(error: unknown): readonly [Error] {
  return [asError(error)];
}
