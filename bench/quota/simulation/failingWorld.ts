import { createRandom, type Random } from '../../support/random.ts';
import { createSimulatedClock, type SimulatedClock } from './simulatedClock.ts';
import { createSimulatedPlatformSide, readBalance, type ReadOutcome } from './simulatedGateway.ts';
import { createSimulatedPlatform, type ArrivedCall, type Behaviour } from './simulatedPlatform.ts';
import { arriveAtRandom, newIds } from './traffic.ts';

/** Reads a second, as in the fault "500/502/503 burst for 60 s at 50 rps". */
export const READS_PER_SECOND = 50;

/** A read as it ended, and when. */
export type EndedRead = ReadOutcome & { readonly endedAtMs: number };

/** One gateway, with a quota that is no matter here, before a platform that is well and ill in turns. */
export interface FailingWorld {
  readonly clock: SimulatedClock;
  readonly random: Random;
  /** Every read that has ended, in order. */
  readonly reads: readonly EndedRead[];
  /** Reads new ids for so long, the platform behaving so. */
  run(seconds: number, behaviour: () => Behaviour): Promise<void>;
  /** Calls for data that arrived at the platform since then. */
  callsSince(fromMs: number): readonly ArrivedCall[];
}

/** Whether a read made no call because the breaker was open. */
export function isRefusedByBreaker(read: ReadOutcome): boolean {
  return read.kind === 'failed' && read.detail === 'breaker open';
}

/** Starts one. */
export function createFailingWorld(seed: number): FailingWorld {
  const random = createRandom(seed);
  const clock = createSimulatedClock();
  const platform = createSimulatedPlatform({
    clock,
    random,
    limitPerMinute: Infinity,
    tokenSeconds: 3600,
    travelMs: () => 1 + random.below(5),
    latencyMs: () => 10 + random.below(40),
  });
  const gateway = createSimulatedPlatformSide({
    clock,
    transport: platform.transport,
    random,
    requestsPerMinute: 1_000_000,
    freshMs: 15_000,
    staleMs: 600_000,
  });
  const nextId = newIds();
  const reads: EndedRead[] = [];
  return {
    clock,
    random,
    reads,
    async run(seconds, behaviour) {
      platform.behave(({ endpoint }) => (endpoint === 'token' ? 'answer' : behaviour()));
      const endMs = clock.monotonicMs() + seconds * 1000;
      arriveAtRandom({ clock, random }, READS_PER_SECOND, endMs, () => {
        void readBalance(gateway, clock, nextId(), { deadlineMs: 3000 }).then((outcome) =>
          reads.push({ ...outcome, endedAtMs: clock.monotonicMs() }),
        );
      });
      await clock.runUntil(endMs);
    },
    callsSince: (fromMs) =>
      platform.arrivals.filter(({ arrivedAtMs, endpoint }) => arrivedAtMs >= fromMs && endpoint !== 'token'),
  };
}
