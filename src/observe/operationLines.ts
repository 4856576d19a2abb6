import { LRUCache } from 'lru-cache';
import type { Logger } from './logger.ts';

/** Writes that an operation went well: how long it took, in milliseconds, and its platform calls. */
export type OperationLine = (durationMs: number, platformCalls: number) => void;

/** Operations whose line is at hand, of all that callers may name. */
const MAX_LINES = 100;

/** The lines of operations that went well, by the names they are logged with: nearly all that is ever written. */
export function createOperationLines(logger: Logger): (operation: string | null) => OperationLine {
  const lines = new LRUCache<string, OperationLine>({ max: MAX_LINES });
  const lineOf = (operation: string | null) =>
    logger.lineOf({ operation, outcome: 'ok' }, ['durationMs', 'platformCalls'], 'operation');
  const unnamed = lineOf(null);
  return (operation) => {
    if (operation === null) return unnamed;
    const known = lines.get(operation);
    if (known !== undefined) return known;
    const line = lineOf(operation);
    lines.set(operation, line);
    return line;
  };
}
