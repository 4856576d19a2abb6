import { LRUCache } from 'lru-cache';
import type { Logger } from './logger.ts';

/** Writes that an operation went well: how long it took, in milliseconds, and its platform calls. */
export type OperationLine = (durationMs: number, platformCalls: number) => void;

/** Operations whose line is at hand, of all that callers may name. */
const MAX_LINES = 100;

/** The lines of operations that went well, by the names they are logged with: nearly all that is ever written. */
export function createOperationLines(logger: Logger): (operation: string | null) => OperationLine {
  const lines = new LRUCache<string, OperationLine>({ max: MAX_LINES });
  return (operation) => {
    const key = operation ?? '';
    const known = lines.get(key);
    if (known !== undefined) return known;
    const line = logger.lineOf({ operation, outcome: 'ok' }, ['durationMs', 'platformCalls'], 'operation');
    lines.set(key, line);
    return line;
  };
}
