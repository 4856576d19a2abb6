import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

// Callers who send slowly are in http.test.ts; these take slowly what they are answered, or have gone without a word.
const PAGES = 3;

describe('a caller who does not read', () => {
  let gateway: TestGateway;
  let clock: FakeClock;
  let socket: Socket;
  beforeEach(async () => {
    clock = fakeClock();
    // The explorer is nine megabytes: three of it are more than the kernel takes off the gateway's hands.
    gateway = await startGateway({ clock, env: { EXPLORER: 'graphiql' } });
    const { hostname, port } = new URL(gateway.url);
    socket = connect(Number(port), hostname).pause();
    socket.on('error', () => undefined); // However it is ended.
  });
  afterEach(async () => {
    socket.destroy();
    await gateway.close();
  });

  const ask = (count: number) =>
    new Promise((resolve) => {
      socket.write('GET /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n'.repeat(count), resolve);
    });
  /** Until the gateway has written all that the kernel takes. */
  const settle = async () => {
    for (let each = 0; each < 50; each += 1) await gateway.query('{ __typename }');
  };
  /** Reads what there is until the connection ends, or `answers` whole answers are there. */
  const readAnswers = (answers: number): Promise<number> =>
    new Promise((resolve) => {
      let text = '';
      const countOf = () => text.split('</html>').length - 1;
      socket.setEncoding('latin1').on('data', (chunk: string) => {
        text += chunk;
        if (chunk.includes('</html>') && countOf() >= answers) resolve(countOf());
      });
      socket.once('close', () => resolve(countOf()));
      socket.resume();
    });

  it('is cut off after 30 seconds: what is written for them is not kept for ever', async () => {
    await ask(PAGES);
    await settle();
    clock.advance(30_000);
    await settle();

    expect(await readAnswers(PAGES)).toBeLessThan(PAGES);
  }, 30_000);

  it('is waited for until then', async () => {
    await ask(PAGES);
    await settle();
    clock.advance(29_999);
    await settle();

    expect(await readAnswers(PAGES)).toBe(PAGES);
  }, 30_000);

  it('keeps nobody else from being answered', async () => {
    await ask(PAGES);
    await settle();

    expect((await gateway.query('{ __typename }')).status).toBe(200);
  }, 30_000);
});

describe('a caller who is gone without a word', () => {
  it('keeps no place for long: a connection that is idle ends, and says so, after 65 seconds', async () => {
    const gateway = await startGateway();
    const { headers } = await gateway.query('{ __typename }');
    await gateway.close();

    expect(headers.get('keep-alive')).toMatch(/^timeout=65(,|$)/);
  });
});
