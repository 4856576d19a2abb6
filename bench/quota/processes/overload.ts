import { atRate, tally, type UserRequest } from '../../support/load.ts';
import type { PlatformRecord } from '../../support/platform.ts';
import { balanceOf, type Verdict } from '../../support/questions.ts';
import { createRandom } from '../../support/random.ts';
import { deleteKeys, startRedis } from '../../support/redis.ts';
import { mostInWindow } from '../../support/statistics.ts';
import { percent, type Measurement } from '../../support/table.ts';
import { newIds } from '../simulation/traffic.ts';
import { described, startFleet, type Fleet } from './fleet.ts';
import type { Run, RunOptions } from './run.ts';

const LIMIT = 100;
const REPLICAS = 3;
const OVERLOAD = 5;
/** Of the load, at one gateway, where it is not spread. */
const SKEW = 0.9;
/** When what Redis knows is lost, from the beginning and from the end: the window is well filled. */
const LOSE_AFTER_MS = 20_000;

/** Three gateways asked for five times the quota of their key; every id is new. The platform's own record is judged. */
export const runOverload: Run = async (options) => {
  const { hasRedis, size } = options;
  const { record, requests } = await overload(options);
  const required = hasRedis ? 0.95 : 0.9;
  const used = usedOf(record, size.overloadSeconds);
  const how = `${size.overloadSeconds} s at ${OVERLOAD} x, ${described(REPLICAS, hasRedis)}`;
  return [
    safetyRow(how, record, requests),
    {
      target: `Quota use (${how})`,
      required: `>= ${percent(required)} while there is demand`,
      measured: `${percent(used)}; ${servedOf(record, requests)}`,
      isMet: used >= required,
    },
  ];
};

/** The same, while Redis dies after a third of the time, and is back, empty, after two thirds. */
export const runOverloadWithoutRedisForAWhile: Run = async (options) => {
  const how = `${options.size.overloadSeconds} s at ${OVERLOAD} x, Redis dies after a third and is back, empty, after two`;
  if (!options.hasRedis) {
    return [{ target: `Quota safety (${how})`, required: SAFE, measured: 'not measured: --no-redis', isMet: null }];
  }
  const thirdMs = (options.size.overloadSeconds * 1000) / 3;
  const { record, requests } = await overload(options, async ({ redis }) => {
    await pause(thirdMs);
    redis?.kill('SIGKILL');
    await pause(thirdMs);
    await startRedis(redis?.port);
  });
  return [safetyRow(how, record, requests)];
};

/**
 * Nearly all of the load at one gateway, so that the others know little of what was spent, while what Redis knew is lost:
 * first the log of the quota alone, then all of it, in the middle of the load. The one is
 * stopped for that long, so that it cannot tell the new log what it spent before the others have spent what they may.
 */
export const runOverloadWithLostLog: Run = async (options) => {
  const { size, hasRedis } = options;
  const how = `${size.overloadSeconds} s at ${OVERLOAD} x, ${percent(SKEW)} at one of ${REPLICAS}, log of the quota lost twice`;
  if (!hasRedis) {
    return [{ target: `Quota safety (${how})`, required: SAFE, measured: 'not measured: --no-redis', isMet: null }];
  }
  let lost = 0;
  const loseLog = async ({ redis, members }: Fleet) => {
    if (redis === null) return;
    await pause(LOSE_AFTER_MS);
    members[0].gateway.kill('SIGSTOP');
    lost = await deleteKeys(redis.port, 'lg1:{*}:quota');
    await askTheOthers(members);
    members[0].gateway.kill('SIGCONT');
    await pause(Math.max(0, size.overloadSeconds * 1000 - 2 * LOSE_AFTER_MS));
    members[0].gateway.kill('SIGSTOP');
    redis.kill('SIGKILL');
    await redis.ended;
    await startRedis(redis.port);
    await askTheOthers(members);
    members[0].gateway.kill('SIGCONT');
  };
  const { record, requests } = await overload(options, loseLog, { skew: SKEW, latencyMs: 5 });
  const row = safetyRow(how, record, requests);
  return [{ ...row, isMet: row.isMet === true && lost === 1 }];
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** So many at once that a gateway would spend all it believes to have. */
async function askTheOthers(members: Fleet['members']): Promise<void> {
  const ids = newIds();
  await Promise.all(
    members.slice(1).flatMap(({ client }) => Array.from({ length: LIMIT }, () => client.ask(balanceOf(`8${ids()}`)))),
  );
}

async function overload(
  { seed, size, hasRedis }: RunOptions,
  disturb: (fleet: Fleet) => Promise<void> = () => Promise.resolve(),
  { skew = 0, latencyMs = 50 } = {},
): Promise<{ readonly record: PlatformRecord; readonly requests: readonly UserRequest[] }> {
  const fleet = await startFleet({
    replicas: REPLICAS,
    hasRedis,
    requestsPerMinute: LIMIT,
    rules: { limitPerMinute: LIMIT, latencyMs },
  });
  const random = createRandom(seed);
  const nextId = newIds();
  const [requests] = await Promise.all([
    atRate((OVERLOAD * LIMIT) / 60, size.overloadSeconds, () => {
      const { client } = random.chance(skew) ? fleet.members[0] : random.pick(fleet.members);
      return client.ask(balanceOf(nextId()));
    }),
    disturb(fleet),
  ]);
  const record = await fleet.platform.takeRecord();
  await fleet.end();
  return { record, requests };
}

const SAFE = `<= ${LIMIT} calls in every sliding 60 s, 0 x 429`;

function safetyRow(
  how: string,
  { calls, refusedForQuota }: PlatformRecord,
  requests: readonly UserRequest[],
): Measurement {
  const most = mostInWindow(
    calls.map(({ atMs }) => atMs),
    60_000,
  );
  const isClear = requests.every(({ verdict }) => !NEVER.has(verdict));
  return {
    target: `Quota safety (${how})`,
    required: SAFE,
    measured: `at most ${most}, ${refusedForQuota} x 429; users: ${tally(requests)}`,
    isMet: most <= LIMIT && refusedForQuota === 0 && isClear,
  };
}

/** What no overload excuses. */
const NEVER: ReadonlySet<Verdict> = new Set(['cut off', 'mixed up', 'failed INTERNAL_SERVER_ERROR']);

/** Which share of the reads were for an answer: a call that comes too late for its caller is spent, and serves nobody. */
function servedOf({ calls }: PlatformRecord, requests: readonly UserRequest[]): string {
  const reads = calls.filter(({ endpoint }) => endpoint !== 'token').length;
  const answered = requests.filter(({ verdict }) => verdict === 'answered').length;
  return `${percent(answered / reads)} of the reads reached somebody`;
}

/** The share of the quota that was used, over whole minutes from the first call on. */
function usedOf({ calls }: PlatformRecord, seconds: number): number {
  const minutes = Math.floor(seconds / 60);
  const untilMs = (calls[0]?.atMs ?? 0) + minutes * 60_000;
  return calls.filter(({ atMs }) => atMs < untilMs).length / (LIMIT * minutes);
}
