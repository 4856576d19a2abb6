import { Redis } from 'ioredis';
import type { Clock } from '../domain/clock.ts';
import type { Telemetry } from '../domain/telemetry.ts';
import { timeOf, type SharedMoment } from './sharedTime.ts';

/** Whether Redis is used: `away` from its first failure until it has answered again. */
export type RedisState = 'up' | 'away';

/** Redis is away, or did not answer in time. Never an error of a request: whoever shares does without. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway';
}

/** The one connection to Redis, which may go and come back at any time. */
export interface RedisLink {
  readonly state: RedisState;
  /** Redis's clock as it was last seen; undefined before the first answer. */
  readonly moment: SharedMoment | undefined;
  /**
   * Sends a command, unless Redis is known to be away. A failure or a silence of {@link COMMAND_TIMEOUT_MS} sets it away for all, so
   * that one command waits and not each.
   *
   * @param name for metrics
   * @throws {RedisAway} whatever went wrong: Redis's own words may hold keys and addresses
   */
  run<T>(name: string, send: (redis: Redis) => Promise<T>): Promise<T>;
  /** Closes the connection behind what was sent; Redis is away from then on. Never fails. */
  close(): Promise<void>;
}

export interface RedisLinkOptions {
  /** `redis://` or `rediss://`. */
  readonly url: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** What a request may lose to a Redis that is silent, once; {@link COMMAND_TIMEOUT_MS} when left out. */
  readonly timeoutMs?: number | undefined;
  /** Told once per change. */
  readonly onMove?: (state: RedisState) => void;
}

/** What a request may lose to a Redis that is silent, once. */
const COMMAND_TIMEOUT_MS = 40;
/** While it is up, so that a silent death is mostly found here and not by a request; while it is away, to find it again. */
const PROBE_EVERY_MS = 500;
/** So often in a row it must answer as fast as a command must, before it is used again: one that is slow would be lost again. */
const PROBES_TO_RETURN = 2;
/** At the start a Redis that is there is waited for; one that is not keeps nobody. */
const START_TIMEOUT_MS = 500;
const PROBE_KEY = 'lg:probe';

/** Connects to Redis, waiting half a second at most: it may be away, then and at any time later. */
export async function connectRedis({
  url,
  clock,
  telemetry,
  timeoutMs: commandTimeoutMs = COMMAND_TIMEOUT_MS,
  onMove,
}: RedisLinkOptions): Promise<RedisLink> {
  const redis = new Redis(url, {
    lazyConnect: true,
    // A command that cannot be sent now fails now: each waits for nobody, and none runs later, when nobody wants it.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 1000,
    retryStrategy: (times) => Math.min(50 * 2 ** times, 1000),
    reconnectOnError: (error) => error.message.startsWith('READONLY'), // A failover: the master is elsewhere now.
    disableClientInfo: true,
    disconnectTimeout: COMMAND_TIMEOUT_MS, // It would hold the process for longer than it lives.
  });
  // Without a listener it would print its errors, addresses included.
  redis.on('error', () => undefined);

  let state: RedisState = 'away';
  let moment: SharedMoment | undefined;
  let isClosed = false;
  let goodProbes = PROBES_TO_RETURN - 1; // At the start one is enough.
  let cancelProbe: (() => void) | undefined;

  function move(next: RedisState): void {
    if (state === next) return;
    state = next;
    onMove?.(next);
  }

  /** Waits for Redis so long at most; what it says later nobody hears. */
  async function timed<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
    let cancel: (() => void) | undefined;
    const silence = new Promise<never>((_resolve, reject) => {
      // Behind what has come in meanwhile: a busy process must not take its own slowness for Redis's.
      cancel = clock.after(timeoutMs, () => setImmediate(() => reject(new RedisAway('no answer in time'))));
    });
    try {
      return await Promise.race([work, silence]);
    } finally {
      cancel?.();
      work.catch(() => undefined); // It may still fail, with nobody listening.
    }
  }

  /** Whether Redis answers, takes writes (a full one and a replica do not), and what its clock says. */
  async function probe(): Promise<void> {
    const sentAtMs = clock.monotonicMs();
    const both = Promise.all([redis.set(PROBE_KEY, '1', 'PX', 10 * PROBE_EVERY_MS), redis.time()]);
    const [, time] = await timed(commandTimeoutMs, both);
    moment = { sharedMs: timeOf(time), sentAtMs, gotAtMs: clock.monotonicMs() };
  }

  async function watch(): Promise<void> {
    try {
      await probe();
      goodProbes += 1;
      if (!isClosed && goodProbes >= PROBES_TO_RETURN) move('up');
    } catch {
      goodProbes = 0;
      move('away');
      // Connected and silent: the connection may be dead without anybody having said so.
      if (!isClosed && redis.status === 'ready') redis.disconnect(true);
    }
    if (!isClosed) cancelProbe = clock.after(PROBE_EVERY_MS, () => void watch());
  }

  try {
    await timed(START_TIMEOUT_MS, redis.connect());
  } catch {
    // It goes on trying by itself.
  }
  await watch();

  return {
    get state() {
      return state;
    },
    get moment() {
      return moment;
    },
    async run(name, send) {
      if (state === 'away') {
        telemetry.redisCommandEnded(name, 'skipped', 0);
        throw new RedisAway('away');
      }
      const sentAtMs = clock.monotonicMs();
      try {
        const answer = await timed(commandTimeoutMs, send(redis));
        telemetry.redisCommandEnded(name, 'ok', clock.monotonicMs() - sentAtMs);
        return answer;
      } catch (error) {
        telemetry.redisCommandEnded(name, 'failed', clock.monotonicMs() - sentAtMs);
        // One key that somebody has put something else into says nothing of Redis.
        if (!(error instanceof Error) || !error.message.startsWith('WRONGTYPE')) {
          goodProbes = 0;
          move('away');
        }
        throw new RedisAway('failed');
      }
    },
    async close() {
      isClosed = true;
      cancelProbe?.();
      const wasUp = state === 'up';
      state = 'away';
      if (wasUp) await timed(commandTimeoutMs, redis.quit()).catch(() => undefined);
      redis.disconnect();
    },
  };
}
