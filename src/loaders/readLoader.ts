import type { Reading } from '../domain/reading.ts';
import type { Schedule } from './schedule.ts';

export interface ReadLoaderOptions<Question, Answer> {
  /** The same for two questions exactly when one answer serves both. */
  readonly keyOf: (question: Question) => string;
  /** Reads one; `maxAgeMs` undefined leaves freshness to the configuration. */
  readonly read: (question: Question, maxAgeMs: number | undefined) => Promise<Reading<Answer>>;
  /** What the configuration calls fresh. */
  readonly freshMs: number;
  readonly schedule: Schedule;
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
  keyOf,
  read,
  freshMs,
  schedule,
}: ReadLoaderOptions<Question, Answer>): ReadLoader<Question, Answer> {
  const asked = new Map<string, Wish<Answer>>();

  // Asynchronous, so that whatever goes wrong in a read is that read's own.
  async function readOne(question: Question, wish: { maxAgeMs: number; isRead: boolean }): Promise<Reading<Answer>> {
    wish.isRead = true;
    return read(question, wish.maxAgeMs === freshMs ? undefined : wish.maxAgeMs);
  }

  function wishFor(question: Question, maxAgeMs: number): Wish<Answer> {
    const wish = { maxAgeMs, isRead: false };
    const reading = new Promise<Reading<Answer>>((resolve) => {
      schedule(() => resolve(readOne(question, wish)));
    });
    return Object.assign(wish, { reading });
  }

  return (question, maxAgeMs = freshMs) => {
    const key = keyOf(question);
    const known = asked.get(key);
    if (known !== undefined && (!known.isRead || maxAgeMs >= known.maxAgeMs)) {
      known.maxAgeMs = Math.min(known.maxAgeMs, maxAgeMs);
      return known.reading;
    }
    const wish = wishFor(question, maxAgeMs);
    asked.set(key, wish);
    return wish.reading;
  };
}

/** What one question was asked under, and what becomes of it. */
interface Wish<Answer> {
  maxAgeMs: number;
  isRead: boolean;
  readonly reading: Promise<Reading<Answer>>;
}
