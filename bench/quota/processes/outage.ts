import { atRate, type UserRequest } from '../../support/load.ts';
import { epochMs } from '../../support/platform.ts';
import { balanceAndFreshnessOf, balanceOf } from '../../support/questions.ts';
import { quantile } from '../../support/statistics.ts';
import { milliseconds, percent, type Measurement } from '../../support/table.ts';
import { newIds } from '../simulation/traffic.ts';
import { startOne } from './fleet.ts';
import type { Run } from './run.ts';

const FRESH_SECONDS = 1;

/** Reads many keys, stops the platform, and reads them all again, and as many that nobody has read. */
export const runStale: Run = async ({ size, hasRedis }) => {
  const fleet = await startOne(hasRedis, { CACHE_FRESH_SECONDS: String(FRESH_SECONDS) });
  const { platform, members } = fleet;
  const { client } = members[0];
  const nextId = newIds();
  const ids = Array.from({ length: size.keys }, nextId);
  const readAll = (of: readonly string[]) =>
    atRate(100, of.length / 100, (number) => client.ask(balanceAndFreshnessOf(of[number] ?? '')));
  await readAll(ids);
  await platform.stop();
  await new Promise((resolve) => setTimeout(resolve, 1000 * FRESH_SECONDS));
  const again = await readAll(ids);
  const misses = await readAll(Array.from({ length: size.keys }, nextId));
  await fleet.end();

  const stale = again.filter(({ verdict }) => verdict === 'stale').length;
  const slowestMs = quantile(tookOf(misses), 0.99);
  return [
    {
      target: `Stale-if-error (platform stopped, ${size.keys} keys)`,
      required: '100 % answered, marked stale',
      measured: percent(stale / again.length),
      isMet: stale === again.length,
    },
    {
      target: `Misses while the breaker is open (${size.keys} reads)`,
      required: '<= 50 ms',
      measured: `p99 ${milliseconds(slowestMs)}`,
      isMet: slowestMs <= 50,
    },
  ];
};

const PER_SECOND = 50;

/** A platform that answers 500 for a while, and then does not. */
export const runBreaker: Run = async ({ size, hasRedis }) => {
  const fleet = await startOne(hasRedis);
  const { platform, members } = fleet;
  const { client } = members[0];
  const nextId = newIds();
  const read = () => client.ask(balanceOf(nextId()));
  await read();
  await platform.rule({ fault: 'fail' });
  await platform.takeRecord();
  const down = await atRate(PER_SECOND, size.downSeconds, read);
  const { calls } = await platform.takeRecord();
  await platform.rule({ fault: 'none' });
  const backAtMs = epochMs();
  const after = await atRate(PER_SECOND, 12, read);
  await fleet.end();

  const times = calls.map(({ atMs }) => atMs);
  const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
  const probes = gaps.filter((gapMs) => gapMs > 1000);
  const lastFailed = after.findLast(({ verdict }) => verdict !== 'answered');
  const closedMs = lastFailed === undefined ? 0 : lastFailed.startedAtMs - backAtMs;
  return [
    breakerRow(
      'opens',
      '<= 20 calls, and what was under way',
      `${calls.length - probes.length} calls`,
      calls.length - probes.length <= 25,
    ),
    breakerRow(
      'probes',
      '1 probe at least, <= 1 per 5 s',
      `${probes.length} in ${size.downSeconds} s`,
      probes.length > 0 && probes.every((gapMs) => gapMs >= 4950),
    ),
    breakerRow('closes', '<= 10 s after recovery', `after ${(closedMs / 1000).toFixed(2)} s`, closedMs <= 10_000),
    {
      target: `Retry amplification (all fail for ${size.downSeconds} s at ${PER_SECOND}/s)`,
      required: '<= 1.10 calls a read',
      measured: (calls.length / down.length).toFixed(3),
      isMet: calls.length / down.length <= 1.1,
    },
  ];
};

function breakerRow(what: string, required: string, measured: string, isMet: boolean): Measurement {
  return { target: `Breaker ${what} (all fail, ${PER_SECOND}/s)`, required, measured, isMet };
}

function tookOf(requests: readonly UserRequest[]): readonly number[] {
  return requests.map(({ tookMs }) => tookMs);
}
