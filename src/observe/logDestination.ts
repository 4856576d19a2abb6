import { pino, type DestinationStream } from 'pino';

/** The most that is written at once; pino wants it below 16 KiB. */
const PIECE_BYTES = 16 * 1024 - 1;

/**
 * Standard output for log lines: those of one turn of the event loop are written together at its end, so that a busy
 * gateway does not spend a system call on each. Whatever ends the process but a kill writes what is left.
 */
export function createLogDestination(): DestinationStream & { flushSync(): void } {
  const stream = pino.destination({ sync: true, minLength: PIECE_BYTES });
  let isDue = false;
  const flush = () => {
    isDue = false;
    stream.flush();
  };
  process.on('exit', () => stream.flush());
  return {
    write(line) {
      stream.write(line);
      if (isDue) return;
      isDue = true;
      setImmediate(flush);
    },
    // For a crash: pino calls it behind a fatal line.
    flushSync: () => stream.flushSync(),
  };
}
