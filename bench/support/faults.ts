import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { balanceBody, errorBody } from './answers.ts';

/** What a platform can do wrong, over a real socket. */
export type Fault = 'none' | keyof typeof FAULTS;

type Answer = (response: ServerResponse, id: string) => void;

/** Before it is cut short, or unpacked. */
const HUGE_BYTES = 200_000_000;
const CHUNK = Buffer.alloc(64 * 1024, ' ');
let bomb: Buffer | undefined;

const FAULTS = {
  fail: text(errorBody(500), 500),
  busy: text(errorBody(4001), 503),
  quota: text(errorBody(429), 429, { 'retry-after': '60' }),
  'quota silent': text(errorBody(429), 429),
  denied: text(errorBody(401), 401),
  stall: () => undefined,
  'slow first byte': (response, id) => void setTimeout(() => text(balanceBody(id, 0))(response, id), 5000),
  'slow body': drip,
  reset: (response) => response.destroy(),
  'reset in the body': half('with-length'),
  'reset in a chunk': half('chunked'),
  malformed: text('{"entityId": 1'),
  html: text('<html><body>Sign in</body></html>', 200, { 'content-type': 'text/html' }),
  empty: text(''),
  'another customer': (response, id) => text(balanceBody(`${id}1`.slice(-18), 0))(response, id),
  redirect: text('', 302, { location: 'http://127.0.0.1:9/' }),
  'huge body': huge,
  'gzip bomb': (response) => {
    bomb ??= gzipSync(Buffer.alloc(HUGE_BYTES, ' '));
    text(bomb, 200, { 'content-encoding': 'gzip' })(response, '');
  },
} satisfies Record<string, Answer>;

/** All of them, to try one after the other. */
export const FAULT_NAMES = Object.keys(FAULTS) as readonly Exclude<Fault, 'none'>[];

/** Answers a call wrongly. */
export function answerFaulty(fault: Exclude<Fault, 'none'>, id: string, response: ServerResponse): void {
  const answer: Answer = FAULTS[fault];
  answer(response, id);
}

function text(body: string | Buffer, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) => {
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...headers,
    });
    response.end(body);
  };
}

/** The right answer, a byte every 100 ms. */
function drip(response: ServerResponse, id: string): void {
  const body = balanceBody(id, 0);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  let sent = 0;
  const timer = setInterval(() => {
    response.write(body.slice(sent, (sent += 1)));
    if (sent >= body.length) response.end();
  }, 100);
  response.once('close', () => clearInterval(timer));
}

/** Half of the right answer, then the connection is cut. */
function half(how: 'with-length' | 'chunked'): Answer {
  return (response, id) => {
    const body = balanceBody(id, 0);
    const length = how === 'with-length' ? { 'content-length': body.length } : {};
    response.writeHead(200, { 'content-type': 'application/json', ...length });
    response.write(body.slice(0, body.length / 2), () => response.destroy());
  };
}

/** JSON with a great deal of room in it, as fast as it is taken. */
function huge(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{');
  let left = HUGE_BYTES;
  const go = () => {
    while (left > 0 && !response.destroyed) {
      left -= CHUNK.length;
      if (!response.write(CHUNK)) {
        response.once('drain', go);
        return;
      }
    }
    response.end('}');
  };
  go();
}
