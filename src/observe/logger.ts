import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

/** Structured logs, one JSON object a line. Personal data and secrets print as their kind: the types see to it. */
export interface Logger extends Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'> {
  /** What writes one line at level info again and again: all of it but the time and the counts is put into JSON once. */
  lineOf(facts: Readonly<Record<string, string | null>>, counts: readonly string[], message: string): CountedLine;
}

/** Writes a line with these counts, whole numbers, in the order in which they were named. */
export type CountedLine = (...counts: readonly number[]) => void;

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
    lineOf(facts: Readonly<Record<string, string | null>>, counts: readonly string[], message: string): CountedLine {
      if (!logger.isLevelEnabled('info')) return () => undefined;
      scribe.info({ ...facts, ...Object.fromEntries(counts.map((name) => [name, 0])) }, message);
      // The time comes before everything that the facts could say, and no quote of theirs is without a backslash.
      const [before, ...behind] = piecesOf(written, [TIME, ...counts.map((name) => `"${name}":0`)]);
      const [beforeCounts, ...behindCounts] = behind;
      const names = counts.map((name) => `"${name}":`);
      let last: readonly number[] = [];
      let tail = '';
      return (...values) => {
        // Of hits, nearly all took no time and no call.
        if (last.length === 0 || values.some((value, index) => value !== last[index])) {
          last = values;
          tail = beforeCounts ?? '';
          for (const [index, name] of names.entries()) tail += `${name}${values[index]}${behindCounts[index]}`;
        }
        destination.write(`${before}${timestamp()}${tail}`);
      };
    },
  });
}

/** Where the time will be. */
const TIME = ',"time":""';

/** What is between these marks, and before and behind them. */
function piecesOf(text: string, marks: readonly string[]): readonly string[] {
  const pieces: string[] = [];
  let rest = text;
  for (const mark of marks) {
    const at = rest.indexOf(mark);
    pieces.push(rest.slice(0, at));
    rest = rest.slice(at + mark.length);
  }
  return [...pieces, rest];
}
