import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { metricsOf } from '../support/admin.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { startIssuer, type Issuer } from '../support/tokens.ts';

jest.setTimeout(60_000);

const REFUSED = 'loyalty_graph_requests_refused_total{code="OVERLOADED"}';
const ALMOST = 990_000;
const NOTHING = '{ __typename }';

describe('bodies that are never sent whole', () => {
  let issuer: Issuer;
  let gateway: TestGateway;
  let sockets: Socket[];
  beforeEach(async () => {
    issuer = await startIssuer();
    gateway = await startGateway({ env: issuer.env });
    sockets = [];
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await gateway.close();
    await issuer.close();
  });

  /** Sends almost a whole body; gives what is answered, should anything be. */
  function dawdle(headers: Readonly<Record<string, string>>): { readonly answer: Promise<string> } {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999\r\n`);
    socket.write(`${lines.join('')}\r\n{"query":"`);
    socket.write(Buffer.alloc(ALMOST, 'x'));
    return { answer: new Promise((resolve) => socket.once('data', (chunk) => resolve(String(chunk)))) };
  }

  it.each<readonly [string, number, boolean]>([
    ['strangers', 17, false],
    ['callers with a token', 65, true],
  ])('of %s fill what there is for them, and no more: the next is refused with 503', async (_who, count, isKnown) => {
    const headers = isKnown ? await issuer.authorization({ sub: '7' }) : {};
    const dawdlers = Array.from({ length: count }, () => dawdle(headers));

    const answer = await Promise.race(dawdlers.map((each) => each.answer));

    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toMatch(/\r\nretry-after: 1\r\n/i);
    expect(answer).toContain('"code":"OVERLOADED","retryable":true,"retryAfterMs":1000');
    expect((await metricsOf(gateway)).get(REFUSED)).toBe(1);
  });

  it('of strangers keep out no caller with a token, and give their room back when they are gone', async () => {
    const dawdlers = Array.from({ length: 17 }, () => dawdle({}));
    await Promise.race(dawdlers.map((each) => each.answer));
    const known = await gateway.query(NOTHING, { x: 'x'.repeat(900_000) }, await issuer.authorization({ sub: '7' }));
    for (const socket of sockets) socket.destroy();
    // Each attempt is a round trip, in which the gateway sees more of them gone.
    const large = async () => (await gateway.query(NOTHING, { x: 'x'.repeat(900_000) })).status;
    while ((await large()) !== 200) expect(sockets.every((socket) => socket.destroyed)).toBe(true);

    expect(known.status).toBe(200);
    for (let each = 0; each < 30; each += 1) expect(await large()).toBe(200);
  });

  it('are not waited for where the token is no good: who asks is looked at first', async () => {
    const { answer } = dawdle({ authorization: 'Bearer x.y.z' });

    expect(await answer).toMatch(/^HTTP\/1\.1 401 /);
  });
});
