import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

/** Structured logs, one JSON object a line. Personal data and secrets print as their kind: the types see to it. */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

export interface LoggerOptions {
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
  /** Standard output when left out, line by line. */
  readonly destination?: DestinationStream;
}

/** The time as a line has it; lines of one millisecond share its text. */
function createTimestamp(): () => string {
  let lastMs = NaN;
  let text = '';
  return () => {
    const nowMs = Date.now();
    if (nowMs !== lastMs) text = `,"time":"${new Date(nowMs).toISOString()}"`;
    lastMs = nowMs;
    return text;
  };
}

/** A logger with RFC 3339 times and level names, and without the machine's name. */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: null,
    timestamp: createTimestamp(),
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
