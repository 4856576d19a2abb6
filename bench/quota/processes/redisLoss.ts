import { atRate, tally } from '../../support/load.ts';
import { epochMs } from '../../support/platform.ts';
import { balanceOf } from '../../support/questions.ts';
import { quantile } from '../../support/statistics.ts';
import { milliseconds, type Measurement } from '../../support/table.ts';
import { newIds } from '../simulation/traffic.ts';
import { NO_LIMIT, startFleet } from './fleet.ts';
import type { Run } from './run.ts';

const PER_SECOND = 200;
const WARM_SECONDS = 5;
const BEFORE_SECONDS = 10;
const AFTER_SECONDS = 10;
const ADDED_AT_FIRST_MS = 50;
const ADDED_LATER_MS = 2;
const REQUIRED = `0 errors; p99 + <= ${ADDED_AT_FIRST_MS} ms in the first second, + <= ${ADDED_LATER_MS} ms after`;

/** Ends Redis in the middle of a load, and, another time, only stops it: then it takes connections and never answers. */
export const runRedisLoss: Run = async ({ hasRedis }) => {
  if (!hasRedis) {
    return [{ target: 'Redis lost under load', required: REQUIRED, measured: 'not measured: --no-redis', isMet: null }];
  }
  return [await loseRedis('killed', 'SIGKILL'), await loseRedis('stopped, black-holed', 'SIGSTOP')];
};

/** New ids and known ones, half and half. */
async function loseRedis(how: string, signal: NodeJS.Signals): Promise<Measurement> {
  const fleet = await startFleet({
    replicas: 1,
    hasRedis: true,
    requestsPerMinute: NO_LIMIT,
    rules: { latencyMs: 5, isRecording: false },
  });
  const { redis, members } = fleet;
  const { client } = members[0];
  const nextId = newIds();
  const known = nextId();
  const ask = (number: number) => client.ask(balanceOf(number % 2 === 0 ? known : nextId()));
  await atRate(PER_SECOND, WARM_SECONDS, ask);
  let lostAtMs = Infinity;
  setTimeout(() => {
    lostAtMs = epochMs();
    redis?.kill(signal);
  }, 1000 * BEFORE_SECONDS);
  const requests = await atRate(PER_SECOND, BEFORE_SECONDS + AFTER_SECONDS, ask);
  await fleet.end();

  /** Of what was under way at some moment in between. */
  const p99 = (fromMs: number, toMs: number) => {
    const during = requests.filter(({ startedAtMs, tookMs }) => startedAtMs < toMs && startedAtMs + tookMs >= fromMs);
    return quantile(
      during.map(({ tookMs }) => tookMs),
      0.99,
    );
  };
  const beforeMs = p99(0, lostAtMs);
  const firstMs = p99(lostAtMs, lostAtMs + 1000) - beforeMs;
  const laterMs = p99(lostAtMs + 1000, Infinity) - beforeMs;
  const isWhole = requests.every(({ verdict }) => verdict === 'answered' || verdict === 'stale');
  return {
    target: `Redis ${how} under load (${PER_SECOND}/s)`,
    required: REQUIRED,
    measured: `${tally(requests)}; p99 ${milliseconds(beforeMs)}, then ${signed(firstMs)}, then ${signed(laterMs)}`,
    isMet: isWhole && firstMs <= ADDED_AT_FIRST_MS && laterMs <= ADDED_LATER_MS,
  };
}

function signed(ms: number): string {
  return `${ms < 0 ? '-' : '+'} ${milliseconds(Math.abs(ms))}`;
}
