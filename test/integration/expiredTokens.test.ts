import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { codesOf, readBalance } from '../support/breaking.ts';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import { BALANCE_PATHS, balanceOfRequest, unauthorizedXml } from '../support/faultAnswers.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { settled } from '../support/steps.ts';

// A thousand calls at once take their time on a busy machine.
jest.setTimeout(60_000);

const MANY = 1000;

let gateway: TestGateway;
let clock: FakeClock;
/** Tokens that the platform knows no more. */
let revoked: Set<string>;
beforeEach(async () => {
  clock = fakeClock();
  revoked = new Set();
  const env = {
    MAX_PLATFORM_CALLS: '1000',
    CAPILLARY_MAX_CONCURRENT: '1000',
    CAPILLARY_REQUESTS_PER_MINUTE: '1000000',
  };
  gateway = await startGateway({ clock, env });
  gateway.platform.answer(BALANCE_PATHS, (request, response) => {
    (revoked.has(tokenOf(request.headers)) ? unauthorizedXml : balanceOfRequest)(request, response);
  });
});
afterEach(() => gateway.close());

const tokenOf = (headers: NodeJS.Dict<string | string[]>) => String(headers['x-cap-api-oauth-token']);
const tokensShown = () => gateway.platform.requests.map(({ headers }) => tokenOf(headers));
const signIns = () => gateway.platform.tokenRequests.length;
const readHundred = (from: number) =>
  gateway.query('query ($ids: [ID!]!) { customers(ids: $ids) { pointsBalance { mainPoints } } }', {
    ids: Array.from({ length: 100 }, (_, index) => String(from + index)),
  });

describe('a token that expires in flight', () => {
  it('of a thousand concurrent reads: one token call, one replay each, and no error', async () => {
    await readBalance(gateway);
    revoked.add('token-1');
    // Nobody is refused before all are under way with the old token.
    gateway.platform.answer(BALANCE_PATHS, (request, response) => {
      const isOld = revoked.has(tokenOf(request.headers));
      if (isOld) void gateway.platform.seen(1 + MANY).then(() => unauthorizedXml(request, response));
      else balanceOfRequest(request, response);
    });

    // One hundred after the other: as many connections at once would overflow the platform's queue for them.
    const reads: ReturnType<typeof readHundred>[] = [];
    for (let under = 0; under < MANY; under += 100) {
      reads.push(readHundred(1000 + under));
      await gateway.platform.seen(1 + under + 100);
    }
    const answers = await Promise.all(reads);

    expect(answers.flatMap(codesOf)).toEqual([]);
    expect(signIns()).toBe(2);
    const replays = tokensShown().slice(1 + MANY);
    expect(replays).toHaveLength(MANY);
    expect(new Set(replays)).toEqual(new Set(['token-2']));
  });

  it('and whose successor is refused as well: PLATFORM_DENIED after one token call and one replay', async () => {
    await readBalance(gateway);
    for (const token of ['token-1', 'token-2', 'token-3']) revoked.add(token);

    expect(codesOf(await readBalance(gateway, 43))).toEqual(['PLATFORM_DENIED']);
    expect(tokensShown()).toEqual(['token-1', 'token-1', 'token-2']);
    expect(signIns()).toBe(2);
  });

  it.each<[string, (rotation: number) => void]>([
    [
      'revoked',
      (rotation) => {
        clock.advance(1000);
        revoked.add(`token-${rotation}`);
      },
    ],
    ['renewed before it ends', () => clock.advance(0.8 * 300_000)],
    ['over', () => clock.advance(300_000)],
  ])('a hundred times, each time %s: one token call each, and nobody sees an error', async (_how, rotate) => {
    await readBalance(gateway);
    for (let rotation = 1; rotation <= 100; rotation += 1) {
      rotate(rotation);
      const answers = await Promise.all([1, 2, 3].map((id) => readBalance(gateway, 1000 * rotation + id)));
      expect(answers.flatMap(codesOf)).toEqual([]);
      await settled(gateway);
      expect(signIns()).toBe(1 + rotation);
    }
  });
});
