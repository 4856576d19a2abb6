import { randomUUID } from 'node:crypto';
import type { Clock } from '../../domain/clock.ts';
import type { Priority } from '../../domain/operation.ts';
import type { RedisLink } from '../../store/redisLink.ts';
import { runScript } from '../../store/redisScript.ts';
import { ALIVE_MS, FallbackQuota } from './fallbackQuota.ts';
import { REFRESH_SHARE, type Grant, type Quota } from './quota.ts';
import { PACED_FROM, type QuotaRules } from './quotaWindow.ts';
import { QUOTA_SCRIPT } from './sharedQuotaScript.ts';

export interface SharedQuotaOptions {
  readonly link: RedisLink;
  readonly clock: Clock;
  /** Of the API key, over all gateways. */
  readonly rules: QuotaRules;
  /** How many gateways share the key, where Redis does not tell. */
  readonly replicas: number;
  /** Names the API key; not the key itself. */
  readonly name: string;
}

const LOOK_EVERY_MS = 1000;
/** How exactly the ages of calls are told. */
const AGE_STEP_MS = 100;

/** What the script answers. */
interface Look {
  readonly word: string;
  readonly epoch: string;
  /** Whether the log began with this very question. */
  readonly isNew: boolean;
  readonly waitMs: number;
  readonly used: number;
  readonly limit: number;
  readonly gateways: number;
  readonly bucket: number;
}

/**
 * The quota of one API key over all gateways, in Redis. While Redis is away each gateway keeps to its share, and what it
 * has let through meanwhile is told to Redis before it is asked again; a log that was lost is told all of the window.
 */
export class SharedQuota implements Quota {
  readonly #options: SharedQuotaOptions;
  readonly #gateway = randomUUID();
  readonly #fallback: FallbackQuota;
  readonly #cancelLook: () => void;
  #last: Look | undefined;
  #joining: Promise<void> | undefined;

  constructor(options: SharedQuotaOptions) {
    this.#options = options;
    this.#fallback = new FallbackQuota(options.rules, options.replicas, options.clock);
    this.#cancelLook = every(LOOK_EVERY_MS, options.clock, () => this.#ask('look'));
  }

  async take(priority: Priority): Promise<Grant> {
    const boundMs = this.#fallback.boundMs();
    if (boundMs > 0) return { granted: false, waitMs: boundMs };
    const look = await this.#ask(priority === 'refresh' ? 'refresh' : 'take');
    if (look === undefined) return this.#fallback.take(priority);
    if (look.word !== 'ok') return { granted: false, waitMs: look.waitMs, isClosed: look.word === 'closed' };
    const { giveBack } = this.#fallback.note(look.epoch, priority);
    return {
      granted: true,
      giveBack: () => {
        giveBack();
        void this.#run('give back', look.epoch, [look.bucket, priority]).catch(() => undefined);
      },
    };
  }

  remaining(): number {
    if (this.#options.link.state === 'away' || this.#last === undefined) return this.#fallback.remaining();
    return this.#last.word === 'closed' ? 0 : Math.max(0, this.#last.limit - this.#last.used);
  }

  limit(): number {
    if (this.#options.link.state === 'away' || this.#last === undefined) return this.#fallback.limit();
    return this.#last.limit;
  }

  share(): number {
    if (this.#options.link.state === 'away' || this.#last === undefined) return this.#fallback.limit();
    return this.#last.limit / Math.max(1, this.#last.gateways);
  }

  close(forMs: number): void {
    void this.#ask('close', [Math.ceil(forMs)]);
  }

  leave(): void {
    this.#cancelLook();
    void this.#run('leave', '', []).catch(() => undefined);
  }

  /** Asks Redis; undefined while it is away. Whatever Redis does not know of this gateway's calls is told first. */
  async #ask(what: string, args: readonly (string | number)[] = []): Promise<Look | undefined> {
    try {
      let epoch = this.#last?.epoch ?? '';
      if (epoch !== '' && this.#fallback.untold(epoch).length > 0) await this.#join(epoch);
      for (;;) {
        const look = await this.#run(what, epoch, args);
        if (look.word !== 'join') {
          this.#fallback.seen(look);
          return (this.#last = look);
        }
        // Not the log that was there before, or one that has only begun: others may have told it nothing yet.
        if (this.#last !== undefined || look.isNew) this.#fallback.lostLog();
        epoch = look.epoch;
        await this.#join(epoch);
      }
    } catch {
      this.#fallback.lost();
      return undefined;
    }
  }

  /** Once for all who ask meanwhile: told twice, a call would count twice. */
  #join(epoch: string): Promise<void> {
    this.#joining ??= this.#tell(epoch).finally(() => (this.#joining = undefined));
    return this.#joining;
  }

  async #tell(epoch: string): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs();
    const calls = this.#fallback.untold(epoch).slice();
    const byAge = new Map<number, { all: number; refreshes: number }>();
    for (const { atMs, priority } of calls) {
      // Rounded down: told as younger than it is, it counts longer and not shorter.
      const ageMs = Math.floor((nowMs - atMs) / AGE_STEP_MS) * AGE_STEP_MS;
      const { all, refreshes } = byAge.get(ageMs) ?? { all: 0, refreshes: 0 };
      byAge.set(ageMs, { all: all + 1, refreshes: refreshes + (priority === 'refresh' ? 1 : 0) });
    }
    const told = [...byAge].flatMap(([ageMs, { all, refreshes }]) => [ageMs, all, refreshes]);
    await this.#run('join', epoch, told);
    this.#fallback.tell(calls, epoch);
  }

  async #run(what: string, epoch: string, args: readonly (string | number)[]): Promise<Look> {
    const { link, rules, replicas, name } = this.#options;
    const newEpoch = randomUUID();
    const keys = [`lg1:{${name}}:quota`, `lg1:{${name}}:gateways`];
    const answer = await link.run('quota', (redis) =>
      runScript(redis, QUOTA_SCRIPT, keys, [
        what,
        rules.limit,
        rules.windowMs,
        PACED_FROM,
        Math.floor(rules.limit * REFRESH_SHARE),
        this.#gateway,
        replicas,
        ALIVE_MS,
        epoch,
        newEpoch,
        ...args,
      ]),
    );
    return lookOf(answer, newEpoch);
  }
}

/** What the script answered. @throws when something else than a Redis has answered */
function lookOf(answer: unknown, newEpoch: string): Look {
  const [word, epoch, ...numbers] = Array.isArray(answer) ? (answer as readonly unknown[]) : [];
  const [waitMs, used, limit, gateways, bucket] = numbers.map(Number);
  if (typeof word !== 'string' || typeof epoch !== 'string' || bucket === undefined || numbers.some(Number.isNaN)) {
    throw new TypeError('This is not what the script answers.');
  }
  const isNew = epoch === newEpoch;
  return {
    word,
    epoch,
    isNew,
    waitMs: waitMs ?? 0,
    used: used ?? 0,
    limit: limit ?? 0,
    gateways: gateways ?? 0,
    bucket,
  };
}

/** Calls `work` again and again, each time so long after it has ended. */
function every(everyMs: number, clock: Clock, work: () => Promise<unknown>): () => void {
  let isCancelled = false;
  let cancel: () => void = () => undefined;
  const again = () => {
    if (!isCancelled) cancel = clock.after(everyMs, () => void work().finally(again));
  };
  again();
  return () => {
    isCancelled = true;
    cancel();
  };
}
