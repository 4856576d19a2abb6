import type { Clock } from '../../domain/clock.ts';
import type { ReadContext } from '../../domain/operation.ts';
import type { Telemetry } from '../../domain/telemetry.ts';
import type { MemoryRoom } from '../../store/memory.ts';
import { createRedisStore } from '../../store/redis.ts';
import type { RedisLink } from '../../store/redisLink.ts';
import type { Seal } from '../../store/seal.ts';
import type { AnswerForm } from './answerForms.ts';
import { createCachedRead, keepMsOf, type CachedRead, type CacheRules } from './cache.ts';
import type { Found } from './cachedFetch.ts';
import { rankOfEntry, type CacheEntry } from './cacheEntry.ts';
import { CacheTiers } from './cacheTiers.ts';
import { Flights } from './flights.ts';
import { createRedisLeases, NO_LEASES } from './lease.ts';
import { bytesOfNear, bytesOfOpened, NEAR_FORM, type NearEntry, type OpenedAnswer } from './nearEntry.ts';
import type { RefreshRules } from './refreshAhead.ts';
import { entryCodec } from './sharedEntries.ts';

export interface CachesOptions {
  readonly rules: CacheRules;
  readonly refresh: RefreshRules;
  /** Where other gateways find what this one read; undefined for one alone. */
  readonly shared: { readonly link: RedisLink; readonly seal: Seal } | undefined;
  /** Where answers are kept in this process. */
  readonly memory: MemoryRoom;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** One kind of read that is cached. */
export interface CachedKind<Question, Answer extends { readonly readAt: Date }> {
  /** For metrics, and part of its keys in Redis. */
  readonly name: string;
  readonly keyOf: (question: Question) => string;
  readonly fetch: (question: Question, context: ReadContext) => Promise<Answer>;
  /** How an answer is written down. */
  readonly form: AnswerForm<Answer>;
}

/** Makes reads cached; all kinds share one room. */
export interface Caches {
  cached<Question, Answer extends { readonly readAt: Date }>(
    kind: CachedKind<Question, Answer>,
  ): CachedRead<Question, Answer>;
  /** Entries in memory, by kind. */
  sizes(): Readonly<Record<string, number>>;
}

/** A cache for each kind of read, all under the same rules. */
export function createCaches({ rules, refresh, shared, memory, clock, telemetry }: CachesOptions): Caches {
  const kinds = new Map<string, { readonly size: number }>();
  // Where nothing is kept there is nothing to share.
  const others = rules.freshMs > 0 || rules.staleMs > 0 ? shared : undefined;

  return {
    cached({ form, ...kind }) {
      type Answer = ReturnType<typeof kind.fetch> extends Promise<infer Value> ? Value : never;
      const near = memory.store<NearEntry>({ bytesOf: bytesOfNear, rankOf: rankOfEntry, form: NEAR_FORM });
      const opened = memory.store<OpenedAnswer<Answer>>({ bytesOf: bytesOfOpened });
      kinds.set(kind.name, near);
      const far =
        others === undefined
          ? undefined
          : createRedisStore<CacheEntry<Answer>>({
              ...others,
              clock,
              name: kind.name,
              codec: entryCodec(form, clock),
              rankOf: rankOfEntry,
            });
      return createCachedRead({
        ...kind,
        tiers: new CacheTiers<Answer>({
          near,
          opened,
          far,
          form,
          clock,
          keepMsOf: (entry) => keepMsOf(entry, rules),
          freshMs: rules.freshMs,
        }),
        leases: others === undefined ? NO_LEASES : createRedisLeases(others.link, others.seal, kind.name),
        flights: new Flights<Found<Answer>>(clock),
        rules,
        refresh,
        clock,
        telemetry,
      });
    },
    sizes: () => Object.fromEntries([...kinds].map(([name, { size }]) => [name, size])),
  };
}
