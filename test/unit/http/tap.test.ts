import { createServer, type Server } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { call, EndOfTurn } from '../../../src/domain/endOfTurn.ts';
import type { Wire } from '../../../src/http/repeats.ts';
import { tapRequests } from '../../../src/http/tap.ts';
import { Pipe, settled } from '../../support/pipe.ts';

/** A server that says what it was asked, and tells what it has told before. */
interface Echo {
  readonly server: Server;
  /** Answers given before the parser. */
  told(): number;
  /** Called with how to hang up on a caller who does not take an answer. */
  readonly untaken: (() => void)[];
  /** What was given before the parser, in order. */
  readonly given: Wire[];
}

const MAX_REQUESTS = 50;
const echoOf = (asked: string) =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(asked)}\r\nConnection: keep-alive\r\n\r\n${asked}`;

function startEcho({ isTapped = true, turns = 1, known = new Map<string, string>() } = {}): Echo {
  const untaken: (() => void)[] = [];
  const busy = new WeakMap<object, number>();
  const given: Wire[] = [];
  const server = createServer({ keepAliveTimeout: 0 });
  const tap = isTapped
    ? tapRequests(server, {
        answerTo(print) {
          const answer = known.get(print);
          if (answer === undefined) return undefined;
          const wire = { bytes: Buffer.from(answer), isHeld: false };
          given.push(wire);
          return wire;
        },
        isIdle: (socket) => (busy.get(socket) ?? 0) === 0,
        maxRequests: MAX_REQUESTS,
        answering: new EndOfTurn(call),
        unlessTaken(hangUp) {
          untaken.push(hangUp);
          return () => untaken.splice(untaken.indexOf(hangUp), 1);
        },
      })
    : undefined;
  server.on('request', (request, response) => {
    const { socket } = request;
    busy.set(socket, (busy.get(socket) ?? 0) + 1);
    response.once('close', () => busy.set(socket, (busy.get(socket) ?? 0) - 1));
    response.sendDate = false;
    void (async () => {
      const asked = `${request.method} ${request.url} ${await textOf(request)}`;
      await settled(turns);
      response.setHeader('content-length', Buffer.byteLength(asked));
      if (tap?.isWornOut(socket) === true) response.setHeader('connection', 'close');
      response.end(asked);
      const print = tap?.printOf(request);
      if (print !== undefined && response.shouldKeepAlive) known.set(print, echoOf(asked));
    })().catch(() => undefined); // The connection has ended in its midst.
  });
  server.on('connect', (_request, socket) => socket.write('HTTP/1.1 405 No\r\ncontent-length: 0\r\n\r\n'));
  return { server, told: () => given.length, untaken, given };
}

function dial({ server }: Echo): Pipe {
  const pipe = new Pipe();
  pipe.on('error', () => undefined);
  server.emit('connection', pipe);
  return pipe;
}

/** What comes back on a new connection for these pieces, each sent when all before is answered. */
async function exchange(echo: Echo, pieces: readonly string[]): Promise<string> {
  const pipe = dial(echo);
  for (const piece of pieces) {
    pipe.arrive(piece);
    await settled(30);
  }
  pipe.destroy();
  return pipe.written;
}

const post = (body: string, ...lines: readonly string[]) =>
  ['POST / HTTP/1.1', 'host: x', ...lines, `content-length: ${body.length}`, '', body].join('\r\n');
const SHORT = post('a');

let echo: Echo;
afterEach(() => {
  echo.server.close();
});

describe('a request that came before, byte for byte', () => {
  it('is answered before it is parsed from the third time on, but for the first of a connection', async () => {
    echo = startEcho();
    const once = echoOf('POST / a');

    expect(await exchange(echo, [SHORT, SHORT, SHORT, SHORT])).toBe(once.repeat(4));
    expect(echo.told()).toBe(2);
    expect(await exchange(echo, [post('b'), SHORT])).toBe(echoOf('POST / b') + once);
    expect(echo.told()).toBe(3);
    expect(echo.given.map(({ isHeld }) => isHeld)).toEqual([false, false, false]);
  });

  it('is parsed when it comes in two pieces; the next is not', async () => {
    echo = startEcho();
    await exchange(echo, [SHORT, SHORT]);

    const answers = await exchange(echo, [post('b'), SHORT.slice(0, -1), SHORT.slice(-1), SHORT]);

    expect(answers).toBe(echoOf('POST / b') + echoOf('POST / a').repeat(2));
    expect(echo.told()).toBe(1);
  });

  it('waits for its turn behind one that is not answered yet', async () => {
    echo = startEcho({ turns: 20 });
    await exchange(echo, [SHORT, SHORT]);
    const pipe = dial(echo);
    pipe.arrive(post('b'));
    await settled(2);
    pipe.arrive(SHORT);
    await settled(100);

    expect(pipe.written).toBe(echoOf('POST / b') + echoOf('POST / a'));
    expect(echo.told()).toBe(0);
  });

  it('closes the connection that has had its share, as any other does', async () => {
    echo = startEcho();
    const pieces = Array.from({ length: MAX_REQUESTS }, () => SHORT);

    const answers = await exchange(echo, pieces);

    expect(echo.told()).toBe(MAX_REQUESTS - 3);
    expect(answers.match(/connection: close/gi)).toHaveLength(1);
  });

  it('is hung up on where nobody takes its answer', async () => {
    echo = startEcho();
    await exchange(echo, [SHORT, SHORT]);
    const pipe = dial(echo);
    pipe.arrive(post('b'));
    await settled(30);
    pipe._write = () => undefined; // Nothing goes out any more.
    pipe.arrive(SHORT);
    await settled();

    expect(echo.untaken).toHaveLength(1);
    echo.untaken[0]?.();
    await settled();
    expect(pipe.destroyed).toBe(true);
    expect(echo.untaken).toHaveLength(0);
  });
});

describe('a caller who takes an answer late', () => {
  it('is not hung up on afterwards', async () => {
    echo = startEcho();
    await exchange(echo, [SHORT, SHORT]);
    const pipe = dial(echo);
    pipe.arrive(post('b'));
    await settled(30);
    const takes: (() => void)[] = [];
    pipe._write = (_chunk, _encoding, done) => void takes.push(done);
    pipe.arrive(SHORT);
    await settled();
    expect(echo.untaken).toHaveLength(1);
    expect(echo.given.map(({ isHeld }) => isHeld)).toEqual([true]);

    for (let take = takes.shift(); take !== undefined; take = takes.shift()) {
      take();
      await settled();
    }

    expect(echo.untaken).toHaveLength(0);
    expect(pipe.listenerCount('close')).toBe(dial(echo).listenerCount('close'));
    pipe.destroy();
  });
});

describe('bytes of a known request are part of another, and not answered by themselves,', () => {
  const head = (length: number, ...lines: readonly string[]) =>
    ['POST /other HTTP/1.1', 'host: x', ...lines, `content-length: ${length}`, '', ''].join('\r\n');

  it.each<[string, readonly string[]]>([
    ['in a body that follows its head', [head(SHORT.length), SHORT]],
    ['in a body of two pieces', [head(SHORT.length + 1) + 'x', SHORT]],
    ['in a body of which the end is missing', [head(2 * SHORT.length), SHORT]],
    [
      'in a chunked body',
      [
        `POST /other HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${SHORT.length.toString(16)}\r\n`,
        SHORT,
        '\r\n0\r\n\r\n',
      ],
    ],
    ['behind a head that is not whole', ['POST /other HTTP/1.1\r\nhost: x\r\nx: ', SHORT]],
    ['behind the beginning of a pipelined one', [`${post('b')}POST /other HTTP/1.1\r\nx: `, SHORT]],
    ['behind an empty line and a body to come', [`\r\n\r\n${head(SHORT.length)}`, SHORT]],
    ['behind lines that end in LF alone', [head(SHORT.length).replaceAll('\r\n', '\n'), SHORT]],
    ['after CONNECT', ['CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n', SHORT]],
  ])('%s', async (_where, pieces) => {
    echo = startEcho();
    await exchange(echo, [SHORT, SHORT]);

    const answers = await exchange(echo, [post('b'), ...pieces]);

    expect(echo.told()).toBe(0);
    expect(answers).toBe(await exchange(startEcho({ isTapped: false }), [post('b'), ...pieces]));
  });
});

describe('whatever comes, and in whatever pieces,', () => {
  const small = fc.constantFrom(SHORT, post('b'), post(SHORT), post('', 'x: y'), 'GET /g HTTP/1.1\r\nhost: x\r\n\r\n');
  const odd = fc.constantFrom(
    `POST /c HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`,
    `\r\n${SHORT}`,
    SHORT.replaceAll('\r\n', '\n'),
    `${SHORT}${SHORT}`,
    SHORT.replace('content-length: 1', 'content-length: 3'),
    SHORT.replace('content-length: 1', 'content-length: 0'),
    post('d', 'connection: close'),
    'nonsense\r\n\r\n',
  );
  const request = fc.oneof({ weight: 6, arbitrary: small }, { weight: 1, arbitrary: odd });
  const cut = fc.oneof(
    { weight: 6, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.nat({ max: SHORT.length }) },
  );

  it('the answers are those of a server without shortcuts', async () => {
    let told = 0;
    const known = new Map<string, string>();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(request, cut), { minLength: 2, maxLength: 16 }), async (requests) => {
        const pieces = requests.flatMap(([bytes, at]) =>
          at === null ? [bytes] : [bytes.slice(0, at), bytes.slice(at)].filter((piece) => piece !== ''),
        );
        echo = startEcho({ known });
        const answers = await exchange(echo, pieces);
        told += echo.told();
        echo.server.close();
        const plain = startEcho({ isTapped: false });
        expect(answers).toBe(await exchange(plain, pieces));
        plain.server.close();
      }),
      { numRuns: 300 },
    );
    expect(told).toBeGreaterThan(100);
  }, 120_000);
});
