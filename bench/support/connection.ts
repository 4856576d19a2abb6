import { connect, type Socket } from 'node:net';

/** An answer over HTTP: its status and body. Status 0: there was none, the connection failed or was cut. */
export interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

/** One keep-alive connection, one request at a time. */
export interface Connection {
  readonly isOpen: boolean;
  /** Sends bytes that are a whole HTTP request, and reads the whole answer. Never throws: see {@link RawAnswer}. */
  exchange(request: Buffer): Promise<RawAnswer>;
  close(): void;
}

const NO_ANSWER: RawAnswer = { status: 0, body: '' };
const END_OF_HEAD = Buffer.from('\r\n\r\n');

/**
 * Connects to a server. A client this bare costs the load generator a fraction of what the servers under test cost, and
 * does nothing by itself: no retry, no queue. It reads what servers of GraphQL send: answers with a content-length.
 */
export function openConnection(url: URL): Promise<Connection> {
  return new Promise((resolve) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    const connection = wrap(socket);
    const settle = () => resolve(connection);
    socket.once('connect', settle);
    socket.once('error', settle); // It is not open then, and every exchange says so.
  });
}

function wrap(socket: Socket): Connection {
  let received: Buffer[] = [];
  let isOpen = true;
  let finish: ((answer: RawAnswer) => void) | undefined;

  function settle(answer: RawAnswer): void {
    const waiting = finish;
    finish = undefined;
    received = [];
    waiting?.(answer);
  }

  socket.on('data', (chunk) => {
    received.push(chunk);
    const answer = parse(received.length === 1 ? chunk : Buffer.concat(received));
    if (answer !== undefined) settle(answer);
  });
  const end = () => {
    isOpen = false;
    settle(NO_ANSWER);
  };
  socket.on('error', end).on('close', end);
  socket.on('end', () => (isOpen = false));

  return {
    get isOpen() {
      return isOpen;
    },
    exchange: (request) =>
      new Promise((resolve) => {
        if (!isOpen) {
          resolve(NO_ANSWER);
          return;
        }
        finish = resolve;
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

/** The answer in these bytes; undefined while some of it is missing. */
function parse(bytes: Buffer): RawAnswer | undefined {
  const endOfHead = bytes.indexOf(END_OF_HEAD);
  if (endOfHead < 0) return undefined;
  const head = bytes.toString('latin1', 0, endOfHead);
  const length = /\r\ncontent-length: *([0-9]+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`An answer without a length: ${head}`);
  const from = endOfHead + END_OF_HEAD.length;
  const until = from + Number(length);
  if (bytes.length < until) return undefined;
  return { status: Number(head.slice(9, 12)), body: bytes.toString('utf8', from, until) };
}

/** The bytes of a POST of JSON. */
export function postRequest(url: URL, body: string, headers: Readonly<Record<string, string>> = {}): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n${lines.join('')}\r\n${body}`,
  );
}
