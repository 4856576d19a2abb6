import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { codesOf } from '../support/breaking.ts';
import { fakeClock, type FakeClock } from '../support/fakeClock.ts';
import { BALANCE_PATHS, balanceOfRequest, htmlPage } from '../support/faultAnswers.ts';
import {
  json,
  startFakePlatform,
  TOKEN_PATH,
  tokenBody,
  type Answer,
  type FakePlatform,
} from '../support/fakePlatform.ts';
import { startGateway, type GraphQLAnswer, type TestGateway } from '../support/gateway.ts';

// Minutes of a load, though on a clock of its own.
jest.setTimeout(120_000);

const PER_MINUTE = 100;
const REPLICAS = 3;
const SECONDS = 240;
/** Of a second: what goes in one of them has not left before the next. */
const STEPS = 20;
/** Reads a second of each gateway: all together ask for five times what the key has, and a little more. */
const READS = 3;

let clock: FakeClock;
let platform: FakePlatform;
let gateways: readonly TestGateway[];
/** When the platform was called, sign-ins included. */
let calledAtMs: number[];
let refusals: number;

/** Answers as the platform does with a quota: 429 for what is over it. */
function withQuota(answer: Answer): Answer {
  return (request, response) => {
    const nowMs = clock.monotonicMs();
    calledAtMs.push(nowMs);
    const isOver = calledAtMs.filter((atMs) => atMs > nowMs - 60_000).length > PER_MINUTE;
    if (isOver) refusals += 1;
    (isOver ? htmlPage(429) : answer)(request, response);
  };
}

beforeEach(async () => {
  clock = fakeClock();
  calledAtMs = [];
  refusals = 0;
  platform = await startFakePlatform();
  platform.answer(BALANCE_PATHS, withQuota(balanceOfRequest));
  platform.answer(TOKEN_PATH, withQuota(json(tokenBody('token'))));
  const env = { CAPILLARY_REQUESTS_PER_MINUTE: String(PER_MINUTE), REPLICAS: String(REPLICAS) };
  gateways = await Promise.all(Array.from({ length: REPLICAS }, () => startGateway({ clock, platform, env })));
});
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.close()));
  await platform.close();
});

it(`three gateways on one key of ${PER_MINUTE} a minute, four minutes under five times the load: no sliding minute is over, none refused, 90 % used`, async () => {
  const answers: Promise<GraphQLAnswer>[] = [];
  let lastId = 1000;
  const query = 'query ($ids: [ID!]!) { customers(ids: $ids) { pointsBalance { mainPoints } } }';
  const everybody = (ask: (gateway: TestGateway) => Promise<GraphQLAnswer>) => gateways.map(ask);
  for (let second = 0; second < SECONDS; second += 1) {
    answers.push(
      ...everybody((gateway) =>
        gateway.query(query, { ids: Array.from({ length: READS }, () => String((lastId += 1))) }),
      ),
    );
    for (let step = 0; step < STEPS; step += 1) {
      // Time stands still until what may go has gone, and come back.
      for (let turn = 0; turn < 2 || platform.underWay > 0; turn += 1) {
        await Promise.all(everybody((gateway) => gateway.query('{ __typename }')));
      }
      clock.advance(1000 / STEPS);
    }
  }
  clock.advance(3000);
  const codes = (await Promise.all(answers)).flatMap(codesOf);

  const inMinuteFrom = (fromMs: number) => calledAtMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + 60_000).length;
  expect(Math.max(...calledAtMs.map(inMinuteFrom))).toBeLessThanOrEqual(PER_MINUTE);
  expect(refusals).toBe(0);
  expect(calledAtMs.length).toBeGreaterThanOrEqual(0.9 * PER_MINUTE * (SECONDS / 60));
  // Whoever has no answer was told so at once, or had waited to the deadline for a turn that was near.
  expect(codes.filter((code) => code !== 'PLATFORM_QUOTA_SPENT' && code !== 'PLATFORM_TIMEOUT')).toEqual([]);
});
