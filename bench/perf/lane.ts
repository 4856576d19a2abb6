import { connect, type Socket } from 'node:net';
import type { RawAnswer } from '../support/connection.ts';

/** A way to one server, one request at a time, over connections that are kept as long as the server keeps them. */
export interface Lane {
  /** Sends text that is a whole HTTP request, in ASCII; the answer goes to the lane's `onAnswer`. */
  send(request: string): void;
  close(): void;
}

const NO_ANSWER: RawAnswer = { status: 0, body: '' };

/**
 * Opens one. It costs a few microseconds a request, so that it can share a core with the platform, and asks nothing of an
 * answer but a content-length and a body in ASCII. A connection that the server ends is replaced before the next request.
 */
export function openLane({ hostname, port }: URL, onAnswer: (answer: RawAnswer) => void): Lane {
  let socket: Socket | undefined;
  let isWaiting = false;
  let isEnding = false;
  let received = '';

  function settle(answer: RawAnswer): void {
    if (!isWaiting) return;
    isWaiting = false;
    received = '';
    if (isEnding) drop();
    onAnswer(answer);
  }

  function drop(): void {
    const dropped = socket;
    socket = undefined;
    dropped
      ?.removeAllListeners()
      .on('error', () => undefined)
      .destroy();
  }

  function open(): Socket {
    isEnding = false;
    received = '';
    const opened = connect({ host: hostname, port: Number(port), noDelay: true });
    const end = () => {
      if (socket !== opened) return;
      drop();
      settle(NO_ANSWER);
    };
    opened
      .on('data', (chunk: Buffer) => read(chunk))
      .on('error', end)
      .on('close', end)
      .on('end', end);
    return opened;
  }

  function read(chunk: Buffer): void {
    received += chunk.toString('latin1');
    const endOfHead = received.indexOf('\r\n\r\n');
    if (endOfHead < 0) return;
    const head = received.slice(0, endOfHead);
    const length = /\r\ncontent-length: *([0-9]+)/i.exec(head)?.[1];
    if (length === undefined) throw new Error(`An answer without a length: ${head}`);
    const from = endOfHead + 4;
    if (received.length < from + Number(length)) return;
    isEnding = /\r\nconnection: *close/i.test(head);
    settle({ status: Number(head.slice(9, 12)), body: received.slice(from, from + Number(length)) });
  }

  return {
    send(request) {
      isWaiting = true;
      socket ??= open();
      socket.write(request, 'latin1');
    },
    close: drop,
  };
}
