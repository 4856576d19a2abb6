import { atRate, type UserRequest } from '../../support/load.ts';
import { epochMs } from '../../support/platform.ts';
import { balanceOf } from '../../support/questions.ts';
import { quantile } from '../../support/statistics.ts';
import { milliseconds } from '../../support/table.ts';
import { newIds } from '../simulation/traffic.ts';
import { NO_LIMIT, startFleet } from './fleet.ts';
import type { Run } from './run.ts';

const PER_SECOND = 200;
const BEFORE_SECONDS = 5;
const AFTER_SECONDS = 10;
const ADDED_AT_FIRST_MS = 50;
const ADDED_LATER_MS = 2;

/** Kills Redis in the middle of a load of new ids and known ones, half and half. */
export const runRedisLoss: Run = async ({ hasRedis }) => {
  const required = `0 errors; p99 + <= ${ADDED_AT_FIRST_MS} ms in the first second, + <= ${ADDED_LATER_MS} ms after`;
  const target = `Redis killed under load (${PER_SECOND}/s)`;
  if (!hasRedis) return [{ target, required, measured: 'not measured: --no-redis', isMet: null }];

  const fleet = await startFleet({ replicas: 1, hasRedis, requestsPerMinute: NO_LIMIT, rules: { latencyMs: 5 } });
  const { redis, members } = fleet;
  const { client } = members[0];
  const nextId = newIds();
  const known = nextId();
  const ask = (number: number) => client.ask(balanceOf(number % 2 === 0 ? known : nextId()));
  await atRate(PER_SECOND, 3, ask); // Warm code.
  let killedAtMs = Infinity;
  setTimeout(() => {
    killedAtMs = epochMs();
    redis?.kill('SIGKILL');
  }, 1000 * BEFORE_SECONDS);
  const requests = await atRate(PER_SECOND, BEFORE_SECONDS + AFTER_SECONDS, ask);
  await fleet.end();

  const p99 = (fromMs: number, toMs: number) =>
    quantile(
      requests
        .filter(({ startedAtMs, tookMs }) => startedAtMs + tookMs >= fromMs && startedAtMs < toMs)
        .map(({ tookMs }) => tookMs),
      0.99,
    );
  const beforeMs = p99(0, killedAtMs);
  const firstMs = p99(killedAtMs, killedAtMs + 1000) - beforeMs;
  const laterMs = p99(killedAtMs + 1000, Infinity) - beforeMs;
  const errors = requests.filter(isError).length;
  return [
    {
      target,
      required,
      measured: `${errors} errors; p99 ${milliseconds(beforeMs)}, then ${signed(firstMs)}, then ${signed(laterMs)}`,
      isMet: errors === 0 && firstMs <= ADDED_AT_FIRST_MS && laterMs <= ADDED_LATER_MS,
    },
  ];
};

function isError({ verdict }: UserRequest): boolean {
  return verdict !== 'answered' && verdict !== 'stale';
}

function signed(ms: number): string {
  return `${ms < 0 ? '-' : '+'} ${milliseconds(Math.abs(ms))}`;
}
