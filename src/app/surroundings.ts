import type { Registry } from 'prom-client';
import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../observe/logger.ts';
import type { Quota } from '../platform/quota/quota.ts';
import type { SandboxFacts } from './sandbox.ts';

/** What every part is handed and nothing looks up. */
export interface Surroundings {
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  /** Metrics of the process, for `/metrics` to show too. */
  readonly processMetrics?: Registry;
  /** What a request may lose to a Redis that is silent; tests that are not about that have more patience. */
  readonly redisTimeoutMs?: number;
  /** Left out: all of them. */
  readonly roads?: Roads;
}

/** What a primary process keeps for all of its workers, as one of them is handed it. */
export interface Lead {
  /** The sandbox it has started; null before a tenant's platform. */
  readonly sandbox: SandboxFacts | null;
  readonly quota: Quota;
  /** Of the platform calls under way at once, those of this worker. */
  readonly maxConcurrent: number;
}

/** The ways to an answer that spare work. All lead to the same one; a test that compares them takes them one by one. */
export interface Roads {
  /** Whether whole answers are remembered. */
  readonly remembered: boolean;
  /** Whether a request that came before, byte for byte, is given its remembered answer unparsed. */
  readonly repeated: boolean;
  /** Whether operations that come again are compiled. */
  readonly compiled: boolean;
  /** Whether those that Apollo Server has answered so are answered without it. */
  readonly known: boolean;
}

/** As in production. */
export const ALL_ROADS: Roads = { remembered: true, repeated: true, compiled: true, known: true };
