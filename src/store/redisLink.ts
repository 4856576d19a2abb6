import { Redis } from 'ioredis';
import type { Clock } from '../domain/clock.ts';

export interface RedisLinkOptions {
  readonly url: URL;
  readonly clock: Clock;
  /** Told when Redis is lost or back; never an address. */
  readonly onChange: (isUp: boolean) => void;
}

/** What is asked of Redis: it is answered, or Redis is away. */
export type RedisAnswer<T> = { readonly isUp: true; readonly value: T } | { readonly isUp: false };

/** A command takes this long at most; the first one that does so is the last one asked until Redis is back. */
const COMMAND_TIMEOUT_MS = 50;
const CONNECT_TIMEOUT_MS = 1000;
const PROBE_EVERY_MS = 500;

const REDIS_OPTIONS = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: CONNECT_TIMEOUT_MS,
  retryStrategy: (times: number) => Math.min(50 * times, 1000),
  enableReadyCheck: true,
  connectionName: 'loyalty-graph',
};

/**
 * A connection that never stands in the way: while Redis is away nothing is sent, nothing waits, and nothing throws. A
 * probe in the background finds out when it is back, so that no request pays for trying.
 */
export class RedisLink {
  readonly #redis: Redis;
  readonly #options: RedisLinkOptions;
  #isUp = false;
  #isClosed = false;
  #cancelProbe: (() => void) | undefined;

  constructor(options: RedisLinkOptions) {
    this.#options = options;
    this.#redis = new Redis(options.url.href, REDIS_OPTIONS);
    // Its errors hold addresses, and each is seen where it matters: as a command that fails.
    this.#redis.on('error', () => undefined);
    this.#redis.on('ready', () => void this.#probe());
    this.#redis.on('close', () => this.#setUp(false));
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Asks Redis, if it is there. A failure of any kind means that it is away. */
  async ask<T>(command: (redis: Redis) => Promise<T>): Promise<RedisAnswer<T>> {
    if (!this.#isUp) return { isUp: false };
    try {
      return { isUp: true, value: await command(this.#redis) };
    } catch {
      this.#setUp(false);
      return { isUp: false };
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelProbe?.();
    this.#redis.disconnect();
  }

  async #probe(): Promise<void> {
    this.#cancelProbe?.();
    this.#cancelProbe = undefined;
    if (this.#isClosed) return;
    try {
      await this.#redis.ping();
      this.#setUp(true);
    } catch {
      this.#cancelProbe = this.#options.clock.after(PROBE_EVERY_MS, () => void this.#probe());
    }
  }

  #setUp(isUp: boolean): void {
    if (this.#isClosed) return;
    if (!isUp && this.#cancelProbe === undefined) {
      this.#cancelProbe = this.#options.clock.after(PROBE_EVERY_MS, () => void this.#probe());
    }
    if (this.#isUp === isUp) return;
    this.#isUp = isUp;
    this.#options.onChange(isUp);
  }
}
