import { atRate } from '../../support/load.ts';
import { balanceOf } from '../../support/questions.ts';
import { createRandom, createZipf } from '../../support/random.ts';
import { quantile } from '../../support/statistics.ts';
import { milliseconds } from '../../support/table.ts';
import { startOne } from './fleet.ts';
import type { Run } from './run.ts';

const PER_SECOND = 500;
const HOT_IDS = 1000;
/** Slow enough for a cold process. */
const PRIME_PER_SECOND = 100;

/** Cached answers at a steady rate, timed by the caller: what the client itself takes is in the figure. */
export const runHits: Run = async ({ seed, size, hasRedis }) => {
  const fleet = await startOne(hasRedis, { CACHE_FRESH_SECONDS: '3600', CACHE_STALE_SECONDS: '3600' });
  const { members, platform } = fleet;
  const { client, gateway } = members[0];
  const hot = createZipf(HOT_IDS, createRandom(seed));
  const idOf = (rank: number) => String(600_000_000 + rank);
  await atRate(PRIME_PER_SECOND, HOT_IDS / PRIME_PER_SECOND, (number) => client.ask(balanceOf(idOf(number))));
  await atRate(PER_SECOND, 5, () => client.ask(balanceOf(idOf(hot()))));
  await platform.takeRecord();
  const cpuBefore = gateway.cpuSeconds();
  const requests = await atRate(PER_SECOND, size.hitSeconds, () => client.ask(balanceOf(idOf(hot()))));
  const cpu = ((gateway.cpuSeconds() - cpuBefore) / requests.length) * 1000;
  const { calls } = await platform.takeRecord();
  await fleet.end();

  const p99 = quantile(
    requests.map(({ tookMs }) => tookMs),
    0.99,
  );
  const wrong = requests.filter(({ verdict }) => verdict !== 'answered').length;
  return [
    {
      target: `Cached hit (${size.hitSeconds} s at ${PER_SECOND}/s, ${HOT_IDS} hot ids)`,
      required: 'p99 <= 5 ms',
      measured: `p99 ${milliseconds(p99)}, ${cpu.toFixed(3)} CPU s per 1,000; ${wrong} not answered, ${calls.length} calls`,
      isMet: p99 <= 5 && wrong === 0 && calls.length === 0,
    },
  ];
};
