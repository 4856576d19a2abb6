import { pino, type DestinationStream } from 'pino';

/** So many characters are written without waiting for the end of the turn. */
const MAX_PENDING = 64 * 1024;

/**
 * Standard output for log lines: those of one turn of the event loop are written together at its end, so that a busy
 * gateway does not spend a system call on each. Whatever ends the process but a kill writes what is left:
 * one for each process.
 */
export function createLogDestination(): DestinationStream & { flushSync(): void } {
  const stream = pino.destination({ sync: true });
  let lines: string[] = [];
  let length = 0;

  function flush(): void {
    if (length === 0) return;
    const text = lines.join('');
    lines = [];
    length = 0;
    stream.write(text);
  }

  process.on('exit', flush);
  return {
    write(line) {
      if (length === 0) setImmediate(flush);
      lines.push(line);
      length += line.length;
      if (length > MAX_PENDING) flush();
    },
    // For a crash: pino calls it behind a fatal line.
    flushSync: flush,
  };
}
