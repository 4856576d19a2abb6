import { hash } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { EndOfTurn } from '../domain/endOfTurn.ts';
import { Framing } from './framing.ts';
import type { Wire } from './repeats.ts';
import { SeenBytes } from './seenBytes.ts';
import { readIntoShared } from './sharedRead.ts';

/** What is done with requests before they are parsed. */
export interface TapOptions {
  /** The whole HTTP answer to a request of this print; undefined: it goes to the parser. */
  readonly answerTo: (print: string) => Wire | undefined;
  /** Whether all that came on a connection before is answered. */
  readonly isIdle: (socket: Socket) => boolean;
  /** Answered on one connection at most, parsed or not. */
  readonly maxRequests: number;
  /** Answers of one turn of the event loop are written together. */
  readonly answering: EndOfTurn;
  /** A caller did not take the answer yet: called with how to hang up, returns how to take that back. */
  readonly unlessTaken: (hangUp: () => void) => () => void;
}

/** Sees what comes before the parser of `node:http` does. */
export interface Tap {
  /** The print of a request that came before, and in one piece; undefined for others. To be asked once it is under way. */
  printOf(request: IncomingMessage): string | undefined;
  /** Whether a connection has had its share of requests. */
  isWornOut(socket: Socket): boolean;
}

/** On a request: its print. A weak map of all requests would cost whoever collects garbage a look at each. */
const PRINT = Symbol('print');

interface Printed extends IncomingMessage {
  [PRINT]?: string;
}

/** Longer requests are parsed: what comes again and again is short. */
const MAX_BYTES = 16 * 1024;
const LETTER_P = 0x50;

/**
 * Answers requests that came before, byte for byte, ahead of the parser of a server.
 *
 * Only what is one whole request for certain is looked at: nothing of an earlier one is left on the connection, neither
 * unread nor unanswered ({@link Framing}). The first request of each connection is always parsed, for that is what
 * starts the server's own clocks on it. Whatever is not answered here goes to the parser as it came.
 */
export function tapRequests(server: Server, options: TapOptions): Tap {
  const lines = new WeakMap<Socket, Line>();
  const seen = new SeenBytes();

  server.on('connection', (socket: Socket) => {
    const [parse, ...others] = socket.listeners('data');
    // Other than the Node versions we know: everything is parsed.
    if (parse === undefined || others.length > 0) return;
    const line = new Line(() => write(socket, line));
    lines.set(socket, line);
    const onData = (chunk: Buffer) => {
      if (line.isHandedOver) return;
      write(socket, line); // Who asks on before the end of the turn: first comes first.
      const isAgain = isCandidate(socket, line, chunk) && seen.see(chunk);
      const print = isAgain ? hash('sha256', chunk, 'base64url') : undefined;
      const answer = print === undefined || line.requests === 0 ? undefined : options.answerTo(print);
      if (answer !== undefined) give(line, answer);
      // What goes on is kept by others for longer than the shared buffer keeps it.
      else hand(isShared ? Buffer.from(chunk) : chunk, print);
    };
    const hand = (chunk: Buffer, print: string | undefined) => {
      line.framing.expect();
      Reflect.apply(parse, socket, [chunk]);
      const request = line.framing.settle(chunk);
      if (request !== undefined && print !== undefined) (request as Printed)[PRINT] = print;
    };
    socket.on('data', onData); // First: the parser lets go of the handle when somebody else listens.
    socket.removeListener('data', parse as (chunk: Buffer) => void);
    const isShared = readIntoShared(socket, onData);
  });
  server.prependListener('request', (request) => {
    const line = lines.get(request.socket);
    line?.framing.begin(request);
    if (line !== undefined) line.requests += 1;
  });
  // The parser is taken off the connection, and may serve another one.
  server.prependListener('connect', (request) => {
    const line = lines.get(request.socket);
    if (line !== undefined) line.isHandedOver = true;
  });

  function isCandidate(socket: Socket, line: Line, chunk: Buffer): boolean {
    return (
      chunk[0] === LETTER_P &&
      chunk.length <= MAX_BYTES &&
      line.framing.isAtBoundary &&
      line.requests < options.maxRequests - 1 && // The last one is told to close.
      socket.writableLength === 0 &&
      options.isIdle(socket)
    );
  }

  function give(line: Line, answer: Wire): void {
    line.requests += 1;
    line.answer = answer;
    options.answering.add(line.write);
  }

  function write(socket: Socket, line: Line): void {
    const { answer } = line;
    if (answer === undefined) return;
    line.answer = undefined;
    if (!socket.writable) return; // The caller has gone.
    socket.write(answer.bytes);
    if (socket.writableLength === 0) return;
    answer.isHeld = true;
    const cancel = options.unlessTaken(() => socket.destroy());
    socket.once('close', cancel);
    // Not `drain`: that tells of nothing that is less than a socket's high-water mark.
    socket.write('', () => {
      socket.off('close', cancel);
      cancel();
    });
  }

  return {
    printOf: (request: Printed) => request[PRINT],
    isWornOut: (socket) => (lines.get(socket)?.requests ?? 0) >= options.maxRequests,
  };
}

/** One connection. */
class Line {
  readonly framing = new Framing();
  /** Answered so far, or begun. */
  requests = 0;
  /** What is to be written at the end of this turn, */
  answer: Wire | undefined;
  /** and what writes it. */
  readonly write: () => void;
  isHandedOver = false;

  constructor(write: () => void) {
    this.write = write;
  }
}
