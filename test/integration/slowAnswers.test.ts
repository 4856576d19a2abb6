import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import { BALANCE_PATHS, balanceOfRequest, held } from '../support/faultAnswers.ts';
import { balanceBody, stall, type Answer } from '../support/fakePlatform.ts';
import { startGateway, type GraphQLAnswer, type TestGateway } from '../support/gateway.ts';
import { begun, pass, settled } from '../support/steps.ts';

const HEADERS = { 'content-type': 'application/json' };

let gateway: TestGateway;
let clock: FakeClock;
beforeEach(async () => {
  clock = fakeClock();
  gateway = await start();
});
afterEach(() => gateway.close());

async function start(env: Readonly<Record<string, string>> = {}): Promise<TestGateway> {
  const started = await startGateway({ clock, env });
  started.platform.answer(BALANCE_PATHS, balanceOfRequest);
  return started;
}

const read = (id = 42) => gateway.query(`{ customer(id: ${id}) { pointsBalance { mainPoints } } }`);
const hits = () => gateway.platform.requests.length;

function expectData({ data, errors }: GraphQLAnswer): void {
  expect(errors).toBeUndefined();
  expect(data).toEqual({ customer: { pointsBalance: { mainPoints: '8500.000' } } });
}

function expectTimeout({ data, errors }: GraphQLAnswer): void {
  expect(data).toEqual({ customer: { pointsBalance: null } });
  expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'PLATFORM_TIMEOUT', retryable: true }]);
}

/** The first answer of the platform is this one, all others are good. */
function first(answer: Answer): Answer {
  let calls = 0;
  return (request, response) => ((calls += 1) === 1 ? answer : balanceOfRequest)(request, response);
}

/** Answers so many bytes of white space before the body, `bytes` every `everyMs`, and the body after `dripped` of them. */
function drip({ bytes = 1, everyMs = 100, dripped = Infinity } = {}): Answer {
  return (request, response) => {
    response.writeHead(200, HEADERS);
    let sent = 0;
    const next = () => {
      if (response.destroyed) return;
      if (sent >= dripped) {
        response.end(balanceBody(request.path.split('/')[3] ?? ''));
        return;
      }
      response.write(' '.repeat(bytes));
      sent += bytes;
      clock.after(everyMs, next);
    };
    next();
  };
}

describe('slow first byte', () => {
  it('of five seconds: the answer is there at the deadline of three, after two calls at most', async () => {
    gateway.platform.answer(BALANCE_PATHS, (request, response) => {
      clock.after(5000, () => balanceOfRequest(request, response));
    });
    const operation = begun(read());
    await gateway.platform.seen(1);
    await pass(gateway, clock, 2900);
    clock.advance(99);
    await settled(gateway);
    expect(operation.isOver).toBe(false);
    clock.advance(1);

    expectTimeout(await operation.answer);
    expect(hits()).toBe(2);
  });

  it('of one attempt only: a second one brings the data, and the first is given up at the platform too', async () => {
    const closed = new Promise<void>((resolve) => {
      gateway.platform.answer(
        BALANCE_PATHS,
        first((_request, response) => void response.once('close', () => resolve())),
      );
    });
    const operation = begun(read());
    await gateway.platform.seen(1);
    clock.advance(1799);
    await settled(gateway);
    expect(hits()).toBe(1);
    clock.advance(1);

    expectData(await operation.answer);
    await closed;
    expect(hits()).toBe(2);
  });

  it('is waited for to the end where the attempt began late: a second one would have no time', async () => {
    await gateway.close();
    gateway = await start({ CAPILLARY_MAX_CONCURRENT: '1' });
    const { answer, release } = held(balanceOfRequest);
    gateway.platform.answer('/v2/customers/1/points/balance', answer);
    const before = read(1);
    await gateway.platform.seen(1);
    const operation = begun(read(2));
    await pass(gateway, clock, 1100);
    const late = held(balanceOfRequest);
    gateway.platform.answer('/v2/customers/2/points/balance', late.answer);
    release();
    expectData(await before);
    await gateway.platform.seen(2);
    await pass(gateway, clock, 1890);
    late.release();

    expectData(await operation.answer);
    expect(hits()).toBe(2);
  });

  it('again and again opens the breaker: who comes then is told at once', async () => {
    gateway.platform.answer(BALANCE_PATHS, stall);
    const many = Array.from({ length: 20 }, (_, index) => read(100 + index));
    await gateway.platform.seen(20);
    await pass(gateway, clock, 3000);
    for (const answer of await Promise.all(many)) expect(answer.errors).toHaveLength(1);
    const made = hits();

    // The clock stands still: nothing is waited for.
    expect((await read()).errors).toMatchObject([{ extensions: { code: 'PLATFORM_UNAVAILABLE' } }]);
    expect(hits()).toBe(made);
  });
});

describe('slow body', () => {
  it.each([3000, 30_000])(
    'of a byte per 100 ms makes no progress, and is given up before a deadline of %i ms',
    async (deadlineMs) => {
      await gateway.close();
      gateway = await start({ REQUEST_DEADLINE_MS: String(deadlineMs) });
      gateway.platform.answer(BALANCE_PATHS, drip());
      const operation = begun(read());
      await gateway.platform.seen(1);
      await pass(gateway, clock, 900);
      expect(operation.isOver).toBe(false);
      await pass(gateway, clock, 1500);

      expectTimeout(await operation.answer);
      expect(hits()).toBe(2);
      expect(gateway.log.join()).toContain('body too slow');
    },
  );

  it('that stops in the middle is given up, and a second attempt brings the data', async () => {
    gateway.platform.answer(
      BALANCE_PATHS,
      first((_request, response) => void response.writeHead(200, HEADERS).write('{')),
    );
    const operation = begun(read());
    await gateway.platform.seen(1);
    await pass(gateway, clock, 1000);

    expectData(await operation.answer);
    expect(hits()).toBe(2);
  });

  it('whose first byte is late and whose rest is there at once is no slow body', async () => {
    gateway.platform.answer(BALANCE_PATHS, (request, response) => {
      response.writeHead(200, HEADERS).flushHeaders();
      clock.after(1700, () => response.end(balanceBody(request.path.split('/')[3] ?? '')));
    });
    const operation = begun(read());
    await gateway.platform.seen(1);
    await pass(gateway, clock, 1700);

    expectData(await operation.answer);
    expect(hits()).toBe(1);
  });

  it('that goes on at 2 kB a second is taken', async () => {
    gateway.platform.answer(BALANCE_PATHS, drip({ bytes: 200, dripped: 3000 }));
    const operation = begun(read());
    await gateway.platform.seen(1);
    await pass(gateway, clock, 1600);

    expectData(await operation.answer);
    expect(hits()).toBe(1);
  });

  it('that makes progress and has no end is cut off at the deadline', async () => {
    gateway.platform.answer(BALANCE_PATHS, drip({ bytes: 200 }));
    const operation = begun(read());
    await gateway.platform.seen(1);
    await pass(gateway, clock, 2900);
    expect(operation.isOver).toBe(false);
    clock.advance(100);

    expectTimeout(await operation.answer);
    expect(hits()).toBe(2);
  });
});
