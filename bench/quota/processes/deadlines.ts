import { FAULT_NAMES } from '../../support/faults.ts';
import { atRate, type UserRequest } from '../../support/load.ts';
import { balanceOf } from '../../support/questions.ts';
import { quantile } from '../../support/statistics.ts';
import { milliseconds, type Measurement } from '../../support/table.ts';
import { newIds } from '../simulation/traffic.ts';
import { startOne } from './fleet.ts';
import type { Run } from './run.ts';

const DEADLINE_MS = 800;
const ALLOWED_MS = 50;
const PER_SECOND = 100;
const WARM_SECONDS = 2;

/** Each fault in turn, before a gateway of its own: an open breaker or a closed gate must not shelter the next one. */
export const runDeadlines: Run = async ({ size, hasRedis }) => {
  const slowest: { readonly fault: string; readonly overMs: number; readonly unclear: number }[] = [];
  for (const fault of [...FAULT_NAMES, 'gone'] as const) {
    const fleet = await startOne(hasRedis, { REQUEST_DEADLINE_MS: String(DEADLINE_MS) });
    const { platform, members } = fleet;
    const { client } = members[0];
    const nextId = newIds();
    await atRate(PER_SECOND, WARM_SECONDS, () => client.ask(balanceOf(nextId()))); // A token, and warm code.
    if (fault === 'gone') await platform.stop();
    else await platform.rule({ fault });
    const requests = await atRate(PER_SECOND, size.faultSeconds, () => client.ask(balanceOf(nextId())));
    await fleet.end();
    slowest.push({
      fault,
      overMs:
        quantile(
          requests.map(({ tookMs }) => tookMs),
          0.999,
        ) - DEADLINE_MS,
      unclear: unclearOf(requests),
    });
  }
  const worst = slowest.toSorted((a, b) => b.overMs - a.overMs)[0];
  const unclear = slowest.filter((each) => each.unclear > 0).map(({ fault }) => fault);
  return [summary(slowest.length, size.faultSeconds, worst, unclear)];
};

function summary(
  faults: number,
  seconds: number,
  worst: { readonly fault: string; readonly overMs: number } | undefined,
  unclear: readonly string[],
): Measurement {
  const { fault, overMs } = worst ?? { fault: 'none', overMs: Infinity };
  const over = overMs > 0 ? `${milliseconds(overMs)} over it` : `${milliseconds(-overMs)} before it`;
  return {
    target: `Deadline of ${DEADLINE_MS} ms (${faults} faults, each ${seconds} s at ${PER_SECOND}/s)`,
    required: `p99.9 <= deadline + ${ALLOWED_MS} ms for each fault`,
    measured: `worst ("${fault}"): ${over}${unclear.length === 0 ? '' : `; unclear answers: ${unclear.join(', ')}`}`,
    isMet: overMs <= ALLOWED_MS && unclear.length === 0,
  };
}

/** Answers that are neither figures nor an error of ours. */
function unclearOf(requests: readonly UserRequest[]): number {
  return requests.filter(
    ({ verdict }) => verdict === 'cut off' || verdict === 'mixed up' || verdict === 'failed INTERNAL_SERVER_ERROR',
  ).length;
}
