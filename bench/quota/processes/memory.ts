import { createZipf, createRandom } from '../../support/random.ts';
import { atRate, type UserRequest } from '../../support/load.ts';
import type { RunningProcess } from '../../support/processes.ts';
import { balanceOf } from '../../support/questions.ts';
import { newIds } from '../simulation/traffic.ts';
import { startOne } from './fleet.ts';
import type { Run } from './run.ts';

const MEGABYTE = 1024 * 1024;
const GROWTH_MB = 50;
const AT_ONCE = 10;
const DRIFT_MB = 1;
const TARGET_MINUTES = 30;
const SOAK_PER_SECOND = 100;
const IDS = 5000;
/** Each id once, and then some, until code is compiled and the heap has found its size. */
const WARM_SECONDS = 60;

/** Bodies of 200 MB, plain and as gzip bombs, ten at a time; each is cut short long before that. */
export const runBodies: Run = async ({ size, hasRedis }) => {
  const fleet = await startOne(hasRedis, {}, { isRecording: false });
  const { platform, members } = fleet;
  const { client, gateway } = members[0];
  const nextId = newIds();
  const read = () => client.ask(balanceOf(nextId()));
  await atRate(SOAK_PER_SECOND, WARM_SECONDS / 2, read); // Warm code, and a heap of its usual size.
  const watch = watchRss(gateway);
  const refused: UserRequest[] = [];
  for (const fault of ['huge body', 'gzip bomb'] as const) {
    for (let sent = 0; sent < size.bodies; sent += AT_ONCE) {
      // More good answers than bad ones, so that the breaker lets every body come.
      for (let good = 0; good < AT_ONCE + 2; good += 1) await read();
      await platform.rule({ fault });
      refused.push(...(await Promise.all(Array.from({ length: AT_ONCE }, read))));
      await platform.rule({ fault: 'none' });
    }
  }
  const growthMb = watch.end() / MEGABYTE;
  await fleet.end();
  const came = refused.filter(({ verdict }) => verdict === 'failed PLATFORM_BAD_RESPONSE').length;
  return [
    {
      target: `Memory (${size.bodies} bodies of 200 MB and ${size.bodies} gzip bombs, ${AT_ONCE} at a time)`,
      required: `RSS grows <= ${GROWTH_MB} MB`,
      measured: `${growthMb.toFixed(1)} MB at most; ${came} of ${refused.length} refused for their body`,
      isMet: growthMb <= GROWTH_MB && came === refused.length,
    },
  ];
};

/** A steady load of a fixed set of ids, some of them hot: once all of them are known, memory has no reason to grow. */
export const runSoak: Run = async ({ seed, size, hasRedis }) => {
  const fleet = await startOne(hasRedis, { CACHE_FRESH_SECONDS: '2' }, { isRecording: false });
  const { client, gateway } = fleet.members[0];
  const random = createRandom(seed);
  const rank = createZipf(IDS, random);
  const askFor = (id: number) => client.ask(balanceOf(String(600_000_000 + id)));
  const ask = () => askFor(rank());
  await atRate(SOAK_PER_SECOND, IDS / SOAK_PER_SECOND, askFor);
  await atRate(SOAK_PER_SECOND, WARM_SECONDS - IDS / SOAK_PER_SECOND, ask);
  const samples: { readonly minute: number; readonly mb: number }[] = [];
  const startMs = performance.now();
  const timer = setInterval(() => {
    samples.push({ minute: (performance.now() - startMs) / 60_000, mb: gateway.rssBytes() / MEGABYTE });
  }, 500);
  const requests = await atRate(SOAK_PER_SECOND, 60 * size.soakMinutes, ask);
  clearInterval(timer);
  await fleet.end();
  const wrong = requests.filter(({ verdict }) => verdict !== 'answered').length;
  const drift = slopeOf(samples);
  const isShort = size.soakMinutes < TARGET_MINUTES;
  const last = samples.at(-1)?.mb ?? 0;
  return [
    {
      target: `Memory drift (${size.soakMinutes} min at ${SOAK_PER_SECOND}/s, after ${WARM_SECONDS} s)`,
      required: `<= ${DRIFT_MB} MB/min in ${TARGET_MINUTES} min`,
      measured: `${isShort ? `in ${size.soakMinutes} min only (--soak ${TARGET_MINUTES}): ` : ''}${drift.toFixed(2)} MB/min, ${last.toFixed(0)} MB at the end, ${wrong} not answered`,
      // In less than a few minutes the heap is still finding its size: shown, not judged.
      isMet: size.soakMinutes < 3 ? null : drift <= DRIFT_MB && wrong === 0,
    },
  ];
};

/** Looks at a process's memory often; `end` gives how far it went above where it was at first. */
function watchRss(process: RunningProcess): { end(): number } {
  const first = process.rssBytes();
  let most = first;
  const timer = setInterval(() => (most = Math.max(most, process.rssBytes())), 20);
  return {
    end() {
      clearInterval(timer);
      return Math.max(most, process.rssBytes()) - first;
    },
  };
}

/** Megabytes a minute, by least squares. */
function slopeOf(samples: readonly { readonly minute: number; readonly mb: number }[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const minute = mean(samples.map((sample) => sample.minute));
  const mb = mean(samples.map((sample) => sample.mb));
  const above = samples.reduce((sum, sample) => sum + (sample.minute - minute) * (sample.mb - mb), 0);
  const below = samples.reduce((sum, sample) => sum + (sample.minute - minute) ** 2, 0);
  return above / below;
}
