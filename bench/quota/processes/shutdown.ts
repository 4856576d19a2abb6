import { createClient, sideBySide } from '../../support/load.ts';
import { epochMs } from '../../support/platform.ts';
import { startGateway, startPlatform } from '../../support/processes.ts';
import { balanceOf } from '../../support/questions.ts';
import { createRandom } from '../../support/random.ts';
import { startRedis } from '../../support/redis.ts';
import { milliseconds } from '../../support/table.ts';
import { newIds } from '../simulation/traffic.ts';
import { gatewayEnv, NO_LIMIT } from './fleet.ts';
import type { Run } from './run.ts';

const WIDTH = 20;
const GRACE_MS = 10_000;

/** SIGTERM to a gateway under load, again and again; what had been sent before the signal must be answered. */
export const runShutdown: Run = async ({ seed, size, hasRedis }) => {
  const random = createRandom(seed);
  const platform = await startPlatform({ latencyMs: 30, isRecording: false });
  const redis = hasRedis ? await startRedis() : null;
  const nextId = newIds();
  let inFlight = 0;
  let failed = 0;
  let slowestMs = 0;
  let badExits = 0;
  for (let round = 0; round < size.shutdowns; round += 1) {
    const gateway = await startGateway({
      ...gatewayEnv(platform, NO_LIMIT),
      ...(redis === null ? {} : { REDIS_URL: redis.url }),
    });
    const client = createClient(gateway.url);
    let isOver = false;
    const load = sideBySide(
      WIDTH,
      () => isOver,
      async () => {
        const request = await client.ask(balanceOf(nextId()));
        // Refused at once when nobody listens any more: this is where a load balancer goes elsewhere.
        if (request.verdict === 'cut off') isOver = true;
        return request;
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 300 + random.below(200)));
    const signalledAtMs = epochMs();
    gateway.kill('SIGTERM');
    const { exitCode } = await gateway.ended;
    slowestMs = Math.max(slowestMs, epochMs() - signalledAtMs);
    if (exitCode !== 0) badExits += 1;
    isOver = true;
    const sentBefore = (await load).filter(
      ({ startedAtMs, tookMs }) => startedAtMs < signalledAtMs && startedAtMs + tookMs >= signalledAtMs,
    );
    inFlight += sentBefore.length;
    failed += sentBefore.filter(({ verdict }) => verdict !== 'answered').length;
    client.close();
  }
  platform.kill('SIGKILL');
  redis?.kill('SIGKILL');
  await Promise.all([platform.ended, redis?.ended]);
  return [
    {
      target: `Shutdown (${size.shutdowns} SIGTERMs under ${WIDTH} requests side by side)`,
      required: `0 failed in flight; exit <= ${GRACE_MS / 1000} s, with 0`,
      measured: `${failed} of ${inFlight} failed; exit after at most ${milliseconds(slowestMs)}, ${badExits} not with 0`,
      isMet: failed === 0 && inFlight > 0 && badExits === 0 && slowestMs <= GRACE_MS,
    },
  ];
};
