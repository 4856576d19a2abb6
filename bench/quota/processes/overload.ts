import { atRate } from '../../support/load.ts';
import { balanceOf } from '../../support/questions.ts';
import { createRandom } from '../../support/random.ts';
import { mostInWindow } from '../../support/statistics.ts';
import { percent } from '../../support/table.ts';
import { newIds } from '../simulation/traffic.ts';
import { described, startFleet } from './fleet.ts';
import type { Run } from './run.ts';

const LIMIT = 100;
const REPLICAS = 3;
const OVERLOAD = 5;

/** Three gateways asked for five times the quota of their key; every id is new. The platform's own record is judged. */
export const runOverload: Run = async ({ seed, size, hasRedis }) => {
  const fleet = await startFleet({
    replicas: REPLICAS,
    hasRedis,
    requestsPerMinute: LIMIT,
    rules: { limitPerMinute: LIMIT, latencyMs: 50 },
  });
  const random = createRandom(seed);
  const nextId = newIds();
  const { members, platform } = fleet;
  const requests = await atRate((OVERLOAD * LIMIT) / 60, size.overloadSeconds, () =>
    random.pick(members).client.ask(balanceOf(nextId())),
  );
  const { calls, refusedForQuota } = await platform.takeRecord();
  await fleet.end();

  const times = calls.map(({ atMs }) => atMs);
  const most = mostInWindow(times, 60_000);
  const minutes = Math.floor(size.overloadSeconds / 60);
  const firstMs = times[0] ?? 0;
  const used = times.filter((atMs) => atMs < firstMs + minutes * 60_000).length / (LIMIT * minutes);
  const unclear = requests.filter(({ verdict }) => verdict === 'cut off' || verdict === 'mixed up').length;
  const how = `${size.overloadSeconds} s at ${OVERLOAD} x, ${described(REPLICAS, hasRedis)}`;
  const required = hasRedis ? 0.95 : 0.9;
  return [
    {
      target: `Quota safety (${how})`,
      required: `<= ${LIMIT} calls in every sliding 60 s, 0 x 429`,
      measured: `at most ${most}, ${refusedForQuota} x 429; ${unclear} cut off or mixed up`,
      isMet: most <= LIMIT && refusedForQuota === 0 && unclear === 0,
    },
    {
      target: `Quota use (${how})`,
      required: `>= ${percent(required)} while there is demand`,
      measured: percent(used),
      isMet: used >= required,
    },
  ];
};
