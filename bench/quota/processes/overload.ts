import { atRate, tally, type UserRequest } from '../../support/load.ts';
import type { PlatformRecord } from '../../support/platform.ts';
import { balanceOf, type Verdict } from '../../support/questions.ts';
import { createRandom } from '../../support/random.ts';
import { startRedis } from '../../support/redis.ts';
import { mostInWindow } from '../../support/statistics.ts';
import { percent, type Measurement } from '../../support/table.ts';
import { newIds } from '../simulation/traffic.ts';
import { described, startFleet, type Fleet } from './fleet.ts';
import type { Run, RunOptions } from './run.ts';

const LIMIT = 100;
const REPLICAS = 3;
const OVERLOAD = 5;

/** Three gateways asked for five times the quota of their key; every id is new. The platform's own record is judged. */
export const runOverload: Run = async (options) => {
  const { hasRedis, size } = options;
  const { record, requests } = await overload(options, () => undefined);
  const required = hasRedis ? 0.95 : 0.9;
  const used = usedOf(record, size.overloadSeconds);
  const how = `${size.overloadSeconds} s at ${OVERLOAD} x, ${described(REPLICAS, hasRedis)}`;
  return [
    safetyRow(how, record, requests),
    {
      target: `Quota use (${how})`,
      required: `>= ${percent(required)} while there is demand`,
      measured: percent(used),
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
  const { record, requests } = await overload(options, ({ redis }) => {
    setTimeout(() => redis?.kill('SIGKILL'), thirdMs);
    setTimeout(() => void startRedis(redis?.port), 2 * thirdMs);
  });
  return [safetyRow(how, record, requests)];
};

async function overload(
  { seed, size, hasRedis }: RunOptions,
  disturb: (fleet: Fleet) => void,
): Promise<{ readonly record: PlatformRecord; readonly requests: readonly UserRequest[] }> {
  const fleet = await startFleet({
    replicas: REPLICAS,
    hasRedis,
    requestsPerMinute: LIMIT,
    rules: { limitPerMinute: LIMIT, latencyMs: 50 },
  });
  const random = createRandom(seed);
  const nextId = newIds();
  disturb(fleet);
  const requests = await atRate((OVERLOAD * LIMIT) / 60, size.overloadSeconds, () =>
    random.pick(fleet.members).client.ask(balanceOf(nextId())),
  );
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

/** The share of the quota that was used, over whole minutes from the first call on. */
function usedOf({ calls }: PlatformRecord, seconds: number): number {
  const minutes = Math.floor(seconds / 60);
  const untilMs = (calls[0]?.atMs ?? 0) + minutes * 60_000;
  return calls.filter(({ atMs }) => atMs < untilMs).length / (LIMIT * minutes);
}
