import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

/** Structured logs, one JSON object a line. Personal data and secrets print as their kind: the types see to it. */
export interface Logger extends Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'> {
  /** What writes one line at level info again and again: all of it but the time is put into JSON once. */
  lineOf(facts: Readonly<Record<string, string | number | null>>, message: string): () => void;
}

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
export function createLogger({ level, destination = pino.destination() }: LoggerOptions): Logger {
  const timestamp = createTimestamp();
  const options = {
    level,
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const logger = pino({ ...options, timestamp }, destination);
  let written = '';
  const scribe = pino({ ...options, timestamp: () => TIME }, { write: (line) => (written = line) });

  return Object.assign(logger, {
    lineOf(facts: Readonly<Record<string, string | number | null>>, message: string): () => void {
      if (!logger.isLevelEnabled('info')) return () => undefined;
      scribe.info(facts, message);
      // The time comes before everything that the facts could say.
      const at = written.indexOf(TIME);
      const [before, after] = [written.slice(0, at), written.slice(at + TIME.length)];
      return () => destination.write(`${before}${timestamp()}${after}`);
    },
  });
}

/** Where the time will be. */
const TIME = ',"time":""';
