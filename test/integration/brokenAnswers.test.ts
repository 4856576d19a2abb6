import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BREAKER_CALLS, codesOf, inTurn, readBalance, readUntilRefused } from '../support/breaking.ts';
import { fakeClock } from '../support/fakeClock.ts';
import { BALANCE_PATHS, balanceOfRequest, htmlPage, PLATFORM_TEXT, raw } from '../support/faultAnswers.ts';
import {
  balanceBody,
  businessError,
  json,
  LEDGER_PATH,
  ledgerBody,
  row,
  type Answer,
} from '../support/fakePlatform.ts';
import { startGateway, type GraphQLAnswer, type TestGateway } from '../support/gateway.ts';

const MIB = 1024 * 1024;
const GOOD = balanceBody('42');
const HEADERS = { 'content-type': 'application/json' };

let gateway: TestGateway;
beforeEach(async () => {
  gateway = await startGateway({ clock: fakeClock() });
  gateway.platform.answer(BALANCE_PATHS, balanceOfRequest);
});
afterEach(() => gateway.close());

const hits = () => gateway.platform.requests.length;
const answerWith = (answer: Answer) => gateway.platform.answer(BALANCE_PATHS, answer);

function expectData({ data, errors }: GraphQLAnswer): void {
  expect(errors).toBeUndefined();
  expect(data).toEqual({ customer: { pointsBalance: { mainPoints: '8500.000' } } });
}

/** Sends `part` of the body, under these headers, and breaks the connection off. */
function breakOff(part: string, headers: object, how: (socket: NonNullable<Parameters<Answer>[1]['socket']>) => void) {
  const answer: Answer = (_request, response) => {
    response.writeHead(200, { ...HEADERS, ...headers });
    response.write(part, () => response.socket !== null && how(response.socket));
  };
  return answer;
}

describe.each<[string, Answer]>([
  [
    'reset mid-body, with content-length',
    breakOff(GOOD.slice(0, 100), { 'content-length': GOOD.length }, (socket) => socket.resetAndDestroy()),
  ],
  ['reset mid-body, chunked', breakOff(GOOD.slice(0, 100), {}, (socket) => socket.resetAndDestroy())],
  [
    'closed mid-body, with content-length',
    breakOff(GOOD.slice(0, 100), { 'content-length': GOOD.length }, (socket) => socket.end()),
  ],
  [
    'closed before the end that was promised, behind JSON that looks complete',
    breakOff(GOOD, { 'content-length': GOOD.length + 1 }, (socket) => socket.end()),
  ],
  ['closed before the last chunk, behind JSON that looks complete', breakOff(GOOD, {}, (socket) => socket.end())],
  ['reset before a byte', (_request, response) => void response.socket?.resetAndDestroy()],
])('%s', (_what, broken) => {
  it('once: the read is sent once more, and answered', async () => {
    answerWith(inTurn(broken, balanceOfRequest));

    expectData(await readBalance(gateway));
    expect(hits()).toBe(2);
  });

  it('twice: PLATFORM_UNAVAILABLE, and no third attempt; a prefix is never an answer', async () => {
    answerWith(broken);

    const answer = await readBalance(gateway);

    expect(answer.data).toEqual({ customer: { pointsBalance: null } });
    expect(codesOf(answer)).toEqual(['PLATFORM_UNAVAILABLE']);
    expect(hits()).toBe(2);
  });

  it('again and again: the breaker opens', async () => {
    answerWith(broken);

    expect(await readUntilRefused(gateway)).toBeLessThanOrEqual(BREAKER_CALLS);
    expect(hits()).toBe(BREAKER_CALLS);
  });
});

/** Bytes that are no answer; what must never get out is in each that could hold it. */
describe.each<[string, Answer]>([
  ['malformed JSON', raw(`{ "entityId": 42, "note": "${PLATFORM_TEXT}", `)],
  ['an HTML login page with 200', htmlPage(200)],
  ['JSON under an HTML content-type', raw(GOOD, { 'content-type': 'text/html' })],
  ['an empty body with 200', raw('')],
  ['no body with 204', (_request, response) => void response.writeHead(204).end()],
  ['a huge body', raw(GOOD.replace('{', `{ "pad": "${PLATFORM_TEXT}${'x'.repeat(MIB)}",`))],
  ['a redirect', raw(PLATFORM_TEXT, { location: 'https://elsewhere.invalid/' }, 302)],
])('%s', (_what, answer) => {
  it('is PLATFORM_BAD_RESPONSE after one call, and nothing of it gets out', async () => {
    answerWith(answer);

    const shown = await readBalance(gateway);

    expect(shown.data).toEqual({ customer: { pointsBalance: null } });
    expect(shown.errors?.map(({ extensions }) => extensions)).toEqual([
      { code: 'PLATFORM_BAD_RESPONSE', retryable: false },
    ]);
    expect(hits()).toBe(1);
    expect(gateway.log.join()).toContain('PLATFORM_BAD_RESPONSE');
    expect(shown.text + gateway.log.join()).not.toMatch(new RegExp(`${PLATFORM_TEXT}|elsewhere|8500`));
  });

  it('again and again opens the breaker', async () => {
    answerWith(answer);

    expect(await readUntilRefused(gateway)).toBe(BREAKER_CALLS);
  });
});

describe('an answer for another customer', () => {
  it('is PLATFORM_BAD_RESPONSE after one call, and nothing of it gets out', async () => {
    answerWith(raw(balanceBody('43')));

    const answer = await readBalance(gateway);

    expect(answer.data).toEqual({ customer: { pointsBalance: null } });
    expect(codesOf(answer)).toEqual(['PLATFORM_BAD_RESPONSE']);
    expect(hits()).toBe(1);
    expect(answer.text + gateway.log.join()).not.toContain('8500');
  });

  it('is refused of a ledger too, and on a page behind the first', async () => {
    gateway.platform.answer(LEDGER_PATH, (request, response) => {
      const page = Number(request.params['offset']);
      const userId = page === 0 ? '42' : '43';
      json(ledgerBody({ userId, rows: [row(page)], page, pageCount: 2 }))(request, response);
    });

    const answer = await gateway.query('{ customer(id: "42") { ledgerBalance(first: 2) { nodes { programId } } } }');

    expect(answer.data).toEqual({ customer: { ledgerBalance: null } });
    expect(codesOf(answer)).toEqual(['PLATFORM_BAD_RESPONSE']);
    expect(hits()).toBe(2);
  });
});

it('a UTF-8 BOM before JSON is accepted', async () => {
  answerWith(raw(`\uFEFF${GOOD}`));

  expectData(await readBalance(gateway));
});

describe('200 with an error code in the body', () => {
  it('is that error, after one call, and opens no breaker: the platform answers', async () => {
    answerWith(businessError(8015));

    expect(codesOf(await readBalance(gateway))).toEqual(['CUSTOMER_NOT_FOUND']);
    expect(hits()).toBe(1);
    expect(await readUntilRefused(gateway)).toBe(2 * BREAKER_CALLS);
  });

  it('as a warning beside data is shown, in our words', async () => {
    answerWith(json(GOOD.replace('"warnings": []', `"warnings": [{ "code": 8069, "message": "${PLATFORM_TEXT}" }]`)));

    const { data, text } = await gateway.query(
      '{ customer(id: "42") { pointsBalance { mainPoints warnings { code message } } } }',
    );

    expect(data).toMatchObject({ customer: { pointsBalance: { mainPoints: '8500.000', warnings: [{ code: 8069 }] } } });
    expect(text).not.toContain(PLATFORM_TEXT);
  });
});

describe('memory', () => {
  const zeros = Buffer.alloc(MIB);

  /** Sends 200 MB, as fast as they are taken. */
  const huge: Answer = (_request, response) => {
    response.writeHead(200, { ...HEADERS, 'content-length': 200 * MIB });
    Readable.from(Array.from({ length: 200 }, () => zeros))
      .on('error', () => undefined)
      .pipe(response);
  };

  async function bomb(): Promise<Answer> {
    const packed = await buffer(Readable.from(Array.from({ length: 200 }, () => zeros)).pipe(createGzip()));
    expect(packed.length).toBeLessThan(250_000);
    return raw(packed, { 'content-encoding': 'gzip' });
  }

  it.each<[string, () => Answer | Promise<Answer>]>([
    ['a huge body of 200 MB', () => huge],
    ['a gzip bomb of 200 kB that holds 200 MB', bomb],
  ])('%s costs less than 50 MB of it, and is a bad response', async (_what, make) => {
    answerWith(await make());
    await gateway.query('{ __typename }');

    const rss = { before: process.memoryUsage.rss(), most: 0 };
    const sample = () => (rss.most = Math.max(rss.most, process.memoryUsage.rss()));
    const sampling = setInterval(sample, 1);
    const answer = await readBalance(gateway);
    clearInterval(sampling);
    sample();

    expect(codesOf(answer)).toEqual(['PLATFORM_BAD_RESPONSE']);
    expect((rss.most - rss.before) / MIB).toBeLessThan(50);
  });
});
