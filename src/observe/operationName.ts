import { createHmac, randomBytes } from 'node:crypto';

/** What the log calls an operation; null for one without a name. */
export type LoggedName = (name: string | null | undefined, isListed: boolean) => string | null;

const MARK_LENGTH = 8;
/** A frontend has some dozens of operations; past this many the marks are made anew. */
const MAX_REMEMBERED = 1000;

/**
 * Names for the log. A name of the operator's list is logged as it is. Any other is the caller's own word, and may hold
 * somebody's mobile or mail address: it becomes a mark that is the same for the same name until the process ends, and no
 * way back to it (HMAC-SHA-256 with a key that nobody knows).
 */
export function createLoggedName(): LoggedName {
  const key = randomBytes(32);
  const marks = new Map<string, string>();

  return (name, isListed) => {
    if (name === null || name === undefined) return null;
    if (isListed) return name;
    const known = marks.get(name);
    if (known !== undefined) return known;
    if (marks.size >= MAX_REMEMBERED) marks.clear();
    const mark = `#${createHmac('sha256', key).update(name).digest('hex').slice(0, MARK_LENGTH)}`;
    marks.set(name, mark);
    return mark;
  };
}
