import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { selfSigned } from '../support/certificate.ts';
import { answerEverything, balanceOfRequest, BALANCE_PATHS, raw } from '../support/faultAnswers.ts';
import { balanceOfPath, onceSeen, type Answer } from '../support/fakePlatform.ts';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import { startGateway, TILL, type GraphQLAnswer, type TestGateway } from '../support/gateway.ts';

const read = (gateway: TestGateway, id: number) =>
  gateway.query(`{ customer(id: ${id}) { pointsBalance { mainPoints } } }`);

function expectData({ data, errors }: GraphQLAnswer): void {
  expect(errors).toBeUndefined();
  expect(data).toEqual({ customer: { pointsBalance: { mainPoints: '8500.000' } } });
}

describe.each(['got', 'undici'])('a connection of %s', (client) => {
  let gateway: TestGateway;
  let clock: FakeClock;
  /** The connection that each read came over, by its port. */
  let ports: (number | undefined)[];

  /** Answers as `answer` does, and notes over which connection. */
  const noting =
    (answer: Answer): Answer =>
    (request, response) => {
      ports.push(response.socket?.remotePort);
      answer(request, response);
    };

  beforeEach(async () => {
    ports = [];
    clock = fakeClock();
    gateway = await startGateway({
      clock,
      env: { ...TILL, CAPILLARY_HTTP_CLIENT: client, CAPILLARY_MAX_CONCURRENT: '3' },
    });
    answerEverything(gateway.platform);
    gateway.platform.answer(BALANCE_PATHS, noting(balanceOfRequest));
  });
  afterEach(() => gateway.close());

  it('serves one read after the other', async () => {
    for (let id = 1; id <= 10; id += 1) expectData(await read(gateway, id));

    expect(ports).toHaveLength(10);
    expect(new Set(ports).size).toBe(1);
  });

  it('is one of CAPILLARY_MAX_CONCURRENT at most', async () => {
    gateway.platform.answer(BALANCE_PATHS, noting(onceSeen(gateway.platform, 3, balanceOfPath)));

    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => read(gateway, index + 1)));

    answers.forEach(expectData);
    expect(ports).toHaveLength(20);
    expect(new Set(ports).size).toBe(3);
  });

  it.each<[string, Answer]>([
    [
      'says close',
      (request, response) => {
        response.setHeader('connection', 'close');
        balanceOfRequest(request, response);
      },
    ],
    [
      'closes it without a word',
      (request, response) => {
        const { socket } = response;
        response.once('finish', () => socket?.end());
        balanceOfRequest(request, response);
      },
    ],
    [
      'resets it',
      (request, response) => {
        const { socket } = response;
        // Once what was written has left.
        response.once('finish', () => setImmediate(() => socket?.resetAndDestroy()));
        balanceOfRequest(request, response);
      },
    ],
  ])('that the platform %s after an answer fails no read', async (_how, answer) => {
    gateway.platform.answer(BALANCE_PATHS, noting(answer));

    for (let id = 1; id <= 5; id += 1) expectData(await read(gateway, id));

    expect(new Set(ports).size).toBe(5);
  });

  it('that the platform closes just as a read is on its way fails no read: it is sent once more', async () => {
    expectData(await read(gateway, 1));
    const [idle] = ports;
    gateway.platform.answer(
      BALANCE_PATHS,
      noting((request, response) => {
        if (response.socket?.remotePort === idle) response.socket?.destroy();
        else balanceOfRequest(request, response);
      }),
    );

    expectData(await read(gateway, 2));
    expect(ports).toHaveLength(3);
    expect(ports[1]).toBe(idle);
    expect(ports[2]).not.toBe(idle);
  });

  it('is not used again after an answer that was cut off', async () => {
    gateway.platform.answer(BALANCE_PATHS, noting(raw('x'.repeat(2 * 1024 * 1024))));
    expect((await read(gateway, 1)).errors).toMatchObject([{ extensions: { code: 'PLATFORM_BAD_RESPONSE' } }]);
    gateway.platform.answer(BALANCE_PATHS, noting(balanceOfRequest));

    expectData(await read(gateway, 2));
    expect(new Set(ports).size).toBe(2);
  });

  it('under TLS to a server with a certificate that nobody vouches for fails closed: nothing is sent', async () => {
    let requests = 0;
    const stranger = createHttpsServer(selfSigned('127.0.0.1'), (_request, response) => {
      requests += 1;
      response.end();
    });

    const answer = await readOver(await listening(stranger));
    stranger.close();

    expect(answer.errors).toMatchObject([{ extensions: { code: 'PLATFORM_UNAVAILABLE', retryable: true } }]);
    expect(requests).toBe(0);
  });

  it('that never comes to be is given up before the deadline is: PLATFORM_UNAVAILABLE', async () => {
    const { mute, end } = muteServer();

    // The clock stands still: it is not the deadline that ends this.
    const answer = await readOver(await listening(mute));
    end();

    expect(answer.errors).toMatchObject([{ extensions: { code: 'PLATFORM_UNAVAILABLE', retryable: true } }]);
  });

  it('that has not come to be at the deadline keeps nobody waiting: PLATFORM_TIMEOUT', async () => {
    const { mute, end, connected } = muteServer();
    const operation = readOver(await listening(mute));
    await connected;
    clock.advance(3000);

    expect((await operation).errors).toMatchObject([{ extensions: { code: 'PLATFORM_TIMEOUT' } }]);
    end();
  });

  /** Accepts connections and says nothing: TLS is never agreed on. */
  function muteServer() {
    let isConnected: () => void;
    const connected = new Promise<void>((resolve) => (isConnected = resolve));
    const ends: (() => void)[] = [];
    const mute = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      ends.push(() => socket.destroy());
      isConnected();
    });
    return {
      mute,
      connected,
      end: () => {
        mute.close();
        ends.forEach((end) => end());
      },
    };
  }

  async function listening(server: Server): Promise<string> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** One read over a gateway of its own, at another platform. */
  async function readOver(baseUrl: string): Promise<GraphQLAnswer> {
    const other = await startGateway({
      clock,
      env: { ...TILL, CAPILLARY_HTTP_CLIENT: client, CAPILLARY_BASE_URL: baseUrl },
    });
    const answer = await read(other, 42);
    await other.close();
    return answer;
  }
});
