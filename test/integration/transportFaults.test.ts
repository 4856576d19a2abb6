import { createGzip, brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import { answerEverything, PLATFORM_TEXT, raw } from '../support/faultAnswers.ts';
import { balanceBody, json, stall, startFakePlatform, TOKEN_PATH, type Answer } from '../support/fakePlatform.ts';
import { OAUTH, startGateway, TILL, type GraphQLAnswer, type TestGateway } from '../support/gateway.ts';
import { REFUSING_PORT } from '../support/ports.ts';

const ASKED = '565039505';
const OTHER = '502522264';
const PATH = `/v2/customers/${ASKED}/points/balance`;
const QUERY = `query ($asked: ID!, $other: ID!) {
  asked: customer(id: $asked) { pointsBalance { mainPoints } ledgerBalance { totalEntries } }
  other: customer(id: $other) { pointsBalance { mainPoints } }
}`;
const GOOD = balanceBody(ASKED);
const MIB = 1024 * 1024;

let gateway: TestGateway;
let clock: FakeClock;
beforeEach(async () => {
  clock = fakeClock();
  gateway = await startGateway({ clock });
  answerEverything(gateway.platform);
});
afterEach(() => gateway.close());

/** Asks for a customer whose points balance is answered so, and for siblings that are whole. */
function ask(answer: Answer, headers: Readonly<Record<string, string>> = {}): Promise<GraphQLAnswer> {
  gateway.platform.answer(PATH, answer);
  return gateway.query(QUERY, { asked: ASKED, other: OTHER }, headers);
}

function expectFailure({ data, errors, text }: GraphQLAnswer, code: string): void {
  expect(data).toEqual({
    asked: { pointsBalance: null, ledgerBalance: { totalEntries: 1 } },
    other: { pointsBalance: { mainPoints: '8500.000' } },
  });
  expect(errors).toMatchObject([{ path: ['asked', 'pointsBalance'], extensions: { code } }]);
  const secrets = [new URL(gateway.platform.url).host, ASKED, OTHER, 'token-1', PLATFORM_TEXT, ...Object.values(OAUTH)];
  expect(secrets.filter((secret) => `${text}${gateway.log.join()}`.includes(secret))).toEqual([]);
}

function expectSuccess({ data, errors }: GraphQLAnswer): void {
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ asked: { pointsBalance: { mainPoints: '8500.000' } } });
}

/** Another operation of the same gateway, from end to end: whatever was on its way has arrived by then. */
async function roundTrip(): Promise<void> {
  const { errors } = await gateway.query('{ customer(id: 9) { pointsBalance { mainPoints } } }');
  expect(errors).toBeUndefined();
}

const HEADERS = { 'content-type': 'application/json' };

describe('a connection that breaks', () => {
  it.each<[string, Answer]>([
    ['before a byte of the answer', (_request, response) => void response.socket?.destroy()],
    ['with a reset before a byte of the answer', (_request, response) => void response.socket?.resetAndDestroy()],
    [
      'with a reset in the middle of a body of known length',
      (_request, response) => {
        response.writeHead(200, { ...HEADERS, 'content-length': GOOD.length });
        response.write(GOOD.slice(0, 100), () => response.socket?.resetAndDestroy());
      },
    ],
    [
      'with a reset in the middle of a chunked body',
      (_request, response) => {
        response.writeHead(200, HEADERS);
        response.write(GOOD.slice(0, 100), () => response.socket?.resetAndDestroy());
      },
    ],
    [
      'after half a body of known length',
      (_request, response) => {
        response.writeHead(200, { ...HEADERS, 'content-length': GOOD.length });
        response.write(GOOD.slice(0, 100), () => response.socket?.end());
      },
    ],
    [
      'after half a chunked body',
      (_request, response) => {
        response.writeHead(200, HEADERS);
        response.write(GOOD.slice(0, 100), () => response.socket?.end());
      },
    ],
    [
      'after JSON that is whole, but not the length that was promised',
      (_request, response) => {
        response.writeHead(200, { ...HEADERS, 'content-length': GOOD.length + 1 });
        response.write(GOOD, () => response.socket?.end());
      },
    ],
    [
      'after JSON that is whole, but not the last chunk',
      (_request, response) => {
        response.writeHead(200, HEADERS);
        response.write(GOOD, () => response.socket?.end());
      },
    ],
    ['to speak something else than HTTP', (_request, response) => void response.socket?.end('220 mail ready\r\n')],
    ['under endless headers', raw(GOOD, { 'x-long': 'x'.repeat(100_000) })],
  ])('%s is PLATFORM_UNAVAILABLE', async (_what, answer) => {
    const result = await ask(answer);

    expectFailure(result, 'PLATFORM_UNAVAILABLE');
    expect(result.errors?.[0]?.extensions).toEqual({ code: 'PLATFORM_UNAVAILABLE', retryable: true });
  });

  it.each<[string, Answer]>([
    ['a reset', (_request, response) => void response.socket?.resetAndDestroy()],
    ['a stop', (_request, response) => void response.socket?.end()],
  ])('with %s leaves nothing behind: the next read is answered', async (_what, answer) => {
    await ask(answer);

    expectSuccess(await ask(json(GOOD)));
  });

  it.each([
    ['an OAuth client, at sign-in', {}],
    ['a till, at the read', TILL],
  ])('cannot be made at all: PLATFORM_UNAVAILABLE for %s', async (_who, env) => {
    const refusing = await startGateway({ env: { ...env, CAPILLARY_BASE_URL: `http://127.0.0.1:${REFUSING_PORT}` } });

    const { data, errors } = await refusing.query(`{ customer(id: ${ASKED}) { id pointsBalance { mainPoints } } }`);
    await refusing.close();

    expect(data).toEqual({ customer: { id: ASKED, pointsBalance: null } });
    expect(errors).toMatchObject([{ extensions: { code: 'PLATFORM_UNAVAILABLE', retryable: true } }]);
  });

  it('under TLS with a server that speaks none fails closed: nothing is sent in the clear', async () => {
    const secure = await startGateway({
      env: { ...TILL, CAPILLARY_BASE_URL: gateway.platform.url.replace('http:', 'https:') },
    });

    const { errors } = await secure.query(`{ customer(id: ${ASKED}) { pointsBalance { mainPoints } } }`);
    await secure.close();

    expect(errors).toMatchObject([{ extensions: { code: 'PLATFORM_UNAVAILABLE' } }]);
    expect(gateway.platform.requests).toEqual([]);
  });
});

describe('the deadline', () => {
  /** Starts an operation, and tells whether it is over. */
  function start(answer: Answer, headers?: Readonly<Record<string, string>>) {
    const operation = { isOver: false, result: ask(answer, headers) };
    void operation.result.then(() => (operation.isOver = true));
    return operation;
  }

  it.each([
    ['REQUEST_DEADLINE_MS', 3000, {}],
    ['x-deadline-ms where it asks for less', 100, { 'x-deadline-ms': '100' }],
    ['REQUEST_DEADLINE_MS where x-deadline-ms asks for more', 3000, { 'x-deadline-ms': '60000' }],
  ])('is %s: %i ms', async (_what, deadlineMs, headers) => {
    const operation = start(stall, headers);
    await gateway.platform.seen(3);
    // In steps: the first attempt is given up on the way, where that leaves time for a second one.
    for (let step = 1; step < 10; step += 1) {
      clock.advance(deadlineMs / 10);
      await roundTrip();
    }
    clock.advance(deadlineMs / 10 - 1);
    await roundTrip();
    expect(operation.isOver).toBe(false);
    clock.advance(1);

    const result = await operation.result;
    expectFailure(result, 'PLATFORM_TIMEOUT');
    expect(result.errors?.[0]?.extensions).toEqual({ code: 'PLATFORM_TIMEOUT', retryable: true });
  });

  it('ends the call at the platform too', async () => {
    const closed = new Promise<void>((resolve) => {
      gateway.platform.answer(PATH, (_request, response) => void response.once('close', () => resolve()));
    });
    const result = gateway.query(`{ customer(id: ${ASKED}) { pointsBalance { mainPoints } } }`);
    await gateway.platform.seen(1);
    clock.advance(3000);

    await closed;
    expect((await result).errors).toMatchObject([{ extensions: { code: 'PLATFORM_TIMEOUT' } }]);
  });

  it.each(['0', '-1', '1.5', 'soon', '1e9', ''])('refuses x-deadline-ms: %p, without a call', async (deadline) => {
    const { status } = await ask(stall, { 'x-deadline-ms': deadline });

    expect(status).toBe(400);
    expect(gateway.platform.requests).toEqual([]);
  });
});

describe('a caller who leaves', () => {
  const leave = async (id: string, until: () => Promise<void>) => {
    const caller = new AbortController();
    const body = JSON.stringify({ query: `{ customer(id: ${id}) { pointsBalance { mainPoints } } }` });
    const answer = fetch(gateway.url, { method: 'POST', headers: HEADERS, body, signal: caller.signal });
    await until();
    caller.abort();
    await expect(answer).rejects.toThrow('aborted');
  };

  it('ends the call to the platform that only they waited for', async () => {
    const closed = new Promise<void>((resolve) => {
      gateway.platform.answer(PATH, (_request, response) => void response.once('close', () => resolve()));
    });

    await leave(ASKED, () => gateway.platform.seen(1));

    await expect(closed).resolves.toBeUndefined();
    await roundTrip();
  });
});

describe('an answer that is too large', () => {
  const padded = (bytes: number) => GOOD.replace('{', `{ "pad": "${'x'.repeat(bytes - GOOD.length - 11)}",`);

  it('is one over 1 MiB', async () => {
    expect(padded(MIB)).toHaveLength(MIB);

    expectSuccess(await ask(json(padded(MIB))));
    expectFailure(await ask(json(padded(MIB + 1))), 'PLATFORM_BAD_RESPONSE');
    expectFailure(await ask(json(padded(5 * MIB))), 'PLATFORM_BAD_RESPONSE');
  });

  it('is not read to its end', async () => {
    const sent = { bytes: 0 };
    const endless: Answer = (_request, response) => {
      response.writeHead(200, HEADERS);
      const block = ' '.repeat(64 * 1024);
      const next = () => {
        if (response.destroyed) return;
        sent.bytes += block.length;
        response.write(block, () => setImmediate(next));
      };
      next();
    };

    expectFailure(await ask(endless), 'PLATFORM_BAD_RESPONSE');
    // What the sockets' buffers hold comes on top of the limit.
    expect(sent.bytes).toBeLessThan(8 * MIB);
  });

  it('is a bomb, and is not unpacked: 200 kB of gzip that hold 200 MB cost less than 50 MB of memory', async () => {
    const zeros = Buffer.alloc(MIB);
    const bomb = await buffer(Readable.from(Array.from({ length: 200 }, () => zeros)).pipe(createGzip()));
    expect(bomb.length).toBeLessThan(250_000);
    await roundTrip();

    const memory = { before: process.memoryUsage.rss(), most: 0 };
    const sample = () => (memory.most = Math.max(memory.most, process.memoryUsage.rss()));
    const sampling = setInterval(sample, 1);
    const result = await ask(raw(bomb, { 'content-encoding': 'gzip' }));
    clearInterval(sampling);
    sample();

    expectFailure(result, 'PLATFORM_BAD_RESPONSE');
    expect((memory.most - memory.before) / MIB).toBeLessThan(50);
  });
});

describe('a compressed answer', () => {
  it.each<[string, Uint8Array | string]>([
    ['gzip', gzipSync(GOOD)],
    ['GZIP', gzipSync(GOOD)],
    ['x-gzip', gzipSync(GOOD)],
    ['deflate', deflateSync(GOOD)],
    ['br', brotliCompressSync(GOOD)],
    ['identity', GOOD],
  ])('is accepted in %s', async (coding, body) => {
    expectSuccess(await ask(raw(body, { 'content-encoding': coding })));
  });

  it.each<[string, string, Uint8Array | string]>([
    ['a coding nobody knows', 'zopfli', GOOD],
    ['a name every object has', 'constructor', GOOD],
    ['two codings, one in the other', 'gzip, gzip', gzipSync(gzipSync(GOOD))],
    ['gzip that is none', 'gzip', GOOD],
    ['gzip that is cut off', 'gzip', gzipSync(GOOD).subarray(0, -10)],
    ['gzip that does not say so', 'identity', gzipSync(GOOD)],
    ['an empty gzip body', 'gzip', ''],
  ])('is PLATFORM_BAD_RESPONSE in %s', async (_what, coding, body) => {
    expectFailure(await ask(raw(body, { 'content-encoding': coding })), 'PLATFORM_BAD_RESPONSE');
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    '%i to another host is not followed, and no token is sent there',
    async (status) => {
      const elsewhere = await startFakePlatform();
      elsewhere.answer(/./, json(GOOD));

      const result = await ask(raw(PLATFORM_TEXT, { location: `${elsewhere.url}${PATH}` }, status));
      await elsewhere.close();

      expectFailure(result, 'PLATFORM_BAD_RESPONSE');
      expect(elsewhere.requests).toEqual([]);
    },
  );

  it('within the same host is not followed either', async () => {
    const result = await ask(raw('', { location: `/v2/customers/${OTHER}/points/balance` }, 302));

    expectFailure(result, 'PLATFORM_BAD_RESPONSE');
    expect(gateway.platform.requests.filter(({ path }) => path.includes(OTHER))).toHaveLength(1); // The sibling's own.
  });

  it.each([302, 307])('%i of the sign-in takes the secret nowhere else', async (status) => {
    const elsewhere = await startFakePlatform();
    gateway.platform.answer(TOKEN_PATH, raw('', { location: `${elsewhere.url}${TOKEN_PATH}` }, status));

    const { errors } = await gateway.query(`{ customer(id: ${ASKED}) { pointsBalance { mainPoints } } }`);
    await elsewhere.close();

    expect(errors).toMatchObject([{ extensions: { code: 'PLATFORM_BAD_RESPONSE' } }]);
    expect([...elsewhere.tokenRequests, ...elsewhere.requests]).toEqual([]);
  });
});

describe('a queue', () => {
  it('costs no call for a caller who left while waiting in it', async () => {
    const narrow = await startGateway({ clock, env: { CAPILLARY_MAX_CONCURRENT: '1' } });
    answerEverything(narrow.platform);
    const waiting: (() => void)[] = [];
    narrow.platform.answer(PATH, (request, response) => void waiting.push(() => json(GOOD)(request, response)));
    const first = narrow.query(`{ customer(id: ${ASKED}) { pointsBalance { mainPoints } } }`);
    await narrow.platform.seen(1);

    // Their deadline is over before their turn has come.
    const second = narrow.query(`{ customer(id: ${OTHER}) { id pointsBalance { mainPoints } } }`, undefined, {
      'x-deadline-ms': '50',
    });
    await untilOver(second);
    waiting.forEach((go) => go());

    expect((await first).errors).toBeUndefined();
    expect((await second).errors).toMatchObject([{ extensions: { code: 'PLATFORM_TIMEOUT' } }]);
    await narrow.query('{ customer(id: 9) { pointsBalance { mainPoints } } }');
    expect(narrow.platform.requests.map(({ path }) => path)).toEqual([PATH, '/v2/customers/9/points/balance']);
    await narrow.close();

    /** Moves the clock, a little at a time, until an operation that waits for nothing but it has ended. */
    async function untilOver(operation: Promise<unknown>): Promise<void> {
      const state = { isOver: false };
      void operation.then(() => (state.isOver = true));
      for (let tries = 0; tries < 100 && !state.isOver; tries += 1) {
        clock.advance(1);
        await narrow.query('{ __typename }');
      }
      expect(state.isOver).toBe(true);
    }
  });
});
