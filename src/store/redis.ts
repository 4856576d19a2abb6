import type { Clock } from '../domain/clock.ts';
import type { RedisLink } from './redisLink.ts';
import { redisScript, runScript } from './redisScript.ts';
import type { Seal } from './seal.ts';
import { timeOf, toLocal, toShared } from './sharedTime.ts';
import type { RankOf, Store } from './store.ts';

/** How a value is written down for other gateways. Times in it go over the shared clock. */
export interface Codec<Value> {
  /** Anything JSON can hold. */
  encode(value: Value, toSharedMs: (localMs: number) => number): unknown;
  /** The value behind it; undefined unless it has the very form that `encode` gives. */
  decode(json: unknown, toLocalMs: (sharedMs: number) => number): Value | undefined;
}

export interface RedisStoreOptions<Value> {
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly seal: Seal;
  /** What its values are; part of each key. */
  readonly name: string;
  readonly codec: Codec<Value>;
  /** On the monotonic clock. Left out: the last one set stays. */
  readonly rankOf?: RankOf<Value>;
  /** A larger text is not read, whoever wrote it. */
  readonly maxBytes?: number;
}

/** Of what is written here: another version finds nothing under its own keys. */
export const STORE_VERSION = 'lg2';
const MAX_BYTES = 256 * 1024;

const READ = redisScript(`return {redis.call('GET', KEYS[1]), redis.call('TIME')}`);

/** Writes unless what is there is newer; a rank from the future is nobody's, and a value of another type no value. */
const WRITE = redisScript(`
local head = redis.pcall('GETRANGE', KEYS[1], 0, 19)
local present = type(head) == 'string' and tonumber(string.match(head, '^(%d+)%.'))
local rank, now = tonumber(ARGV[1]), tonumber(redis.call('TIME')[1]) * 1000
if rank > 0 and present and present > rank and present < now + 2000 then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`);

/**
 * A store that all gateways share. Its keys are keyed hashes and its values are sealed for their key: what somebody else
 * wrote, what is of another version, and what does not have the form of a value, is not there.
 *
 * While Redis is away nothing is there and nothing is kept; none of its methods ever fails.
 */
export function createRedisStore<Value>(options: RedisStoreOptions<Value>): Store<Value> {
  const { link, clock, seal, name, codec, rankOf, maxBytes = MAX_BYTES } = options;
  const placeOf = (key: string) => `${STORE_VERSION}:${name}:${seal.keyOf(key)}`;

  return {
    async get(key) {
      const place = placeOf(key);
      let sentAtMs = 0;
      try {
        const [written, time] = (await link.run(`${name} read`, (redis) => {
          sentAtMs = clock.monotonicMs();
          return runScript(redis, READ, [place], []);
        })) as [string | null, unknown];
        if (written === null || written.length > maxBytes) return undefined;
        const moment = { sharedMs: timeOf(time), sentAtMs, gotAtMs: clock.monotonicMs() };
        const dot = written.indexOf('.');
        const text = seal.open(written.slice(dot + 1), `${place} ${written.slice(0, dot)}`);
        return text === undefined ? undefined : codec.decode(JSON.parse(text), (sharedMs) => toLocal(moment, sharedMs));
      } catch {
        return undefined; // Away, or not what a Redis answers: not there.
      }
    },

    async set(key, value, ttlMs) {
      const { moment } = link;
      if (moment === undefined) return;
      const toSharedMs = (localMs: number) => toShared(moment, localMs);
      const place = placeOf(key);
      const rank = rankOf === undefined ? 0 : Math.max(0, toSharedMs(rankOf(value)));
      const sealed = seal.seal(JSON.stringify(codec.encode(value, toSharedMs)), `${place} ${rank}`);
      if (sealed.length > maxBytes) return; // Nobody would read it.
      const args = [rank, `${rank}.${sealed}`, Math.max(1, Math.ceil(ttlMs))];
      await link.run(`${name} write`, (redis) => runScript(redis, WRITE, [place], args)).catch(() => undefined);
    },

    async delete(key) {
      await link.run(`${name} delete`, (redis) => redis.del(placeOf(key))).catch(() => undefined);
    },
  };
}
