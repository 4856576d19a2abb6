import { type AddressInfo, createServer, type Socket } from 'node:net';
import { balanceBody, callAsked, ledgerBody, tokenBody } from '../support/answers.ts';
import { createTemplate } from './template.ts';

/**
 * A platform that is nobody's bottleneck, in a process of its own: it reads no more of a request than it needs, and
 * answers with prepared text that the asked id is put into. It tells its address to the process that started it, and takes
 * its latency from there.
 */

/** What it is told; it answers with how many calls for data it has had since the last time. */
export interface PlatformOrder {
  readonly latencyMs: number;
}

const ANY_ID = '7777777777';
const LEDGER_ROWS = 10;
const TOKEN_SECONDS = 3600;
const END_OF_HEAD = '\r\n\r\n';

const balance = createTemplate(balanceBody(ANY_ID, 0), [ANY_ID]);
const ledger = createTemplate(ledgerBody(ANY_ID, LEDGER_ROWS), [ANY_ID]);
let latencyMs = 0;
let calls = 0;

function withHead(body: string, status = '200 OK'): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json;charset=UTF-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** The answer to a request target. */
function answerTo(target: string): string {
  const [path = '', search = ''] = target.slice(1).split('?');
  const { endpoint, id } = callAsked(path, /(?:^|&)identifierValue=([^&]*)/.exec(search)?.[1]);
  if (endpoint !== 'token') calls += 1;
  switch (endpoint) {
    case 'token':
      return withHead(tokenBody('a-token-of-the-usual-length-'.repeat(5), TOKEN_SECONDS));
    case 'pointsBalance':
      return withHead(balance.render([id]));
    case 'ledgerBalance':
      return withHead(ledger.render([id]));
    case 'other':
      return withHead('{"errors":[{"status":false,"code":404,"message":""}]}', '404 Not Found');
  }
}

function serve(socket: Socket): void {
  let received = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    for (;;) {
      const end = received.indexOf(END_OF_HEAD);
      if (end < 0) return;
      const head = received.slice(0, end);
      const bodyLength = head.startsWith('GET') ? 0 : Number(/\r\ncontent-length: *([0-9]+)/i.exec(head)?.[1] ?? 0);
      if (received.length < end + END_OF_HEAD.length + bodyLength) return;
      received = received.slice(end + END_OF_HEAD.length + bodyLength);
      const target = head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP/'));
      if (latencyMs === 0) socket.write(answerTo(target), 'latin1');
      else setTimeout(() => socket.write(answerTo(target), 'latin1'), latencyMs);
    }
  });
}

const server = createServer({ noDelay: true }, serve);
server.listen(0, '127.0.0.1', 4096, () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.on('message', (order: PlatformOrder) => {
  ({ latencyMs } = order);
  process.send?.(calls);
  calls = 0;
});
// Without the process that asks, there is nothing to stay for.
process.on('disconnect', () => process.kill(process.pid));
