import * as z from 'zod';
import type { Clock } from '../../domain/clock.ts';
import type { Codec } from '../../store/redis.ts';
import { answerWith, type AnswerForm } from './answerForms.ts';
import type { CacheEntry } from './cacheEntry.ts';

/** What two readings of Redis's clock may differ by. */
const MAX_AHEAD_MS = 1000;

const times = { askedAt: z.number().int(), receivedAt: z.number().int() };

/**
 * An entry of the cache as gateways write it down for each other: its times on the shared clock. What does not have this
 * very form is not there.
 */
export function entryCodec<Answer extends { readonly readAt: Date }>(
  { encode, schema }: AnswerForm<Answer>,
  clock: Clock,
): Codec<CacheEntry<Answer>> {
  const form = z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('answer'), ...times, answer: schema }),
    z.strictObject({ kind: z.literal('missing'), ...times, platformCode: z.number().int() }),
  ]);

  return {
    encode: (entry, toSharedMs) => ({
      kind: entry.kind,
      askedAt: toSharedMs(entry.askedAtMs),
      receivedAt: toSharedMs(entry.receivedAtMs),
      ...(entry.kind === 'answer' ? { answer: encode(entry.answer) } : { platformCode: entry.platformCode }),
    }),

    decode(json, toLocalMs) {
      const { data } = form.safeParse(json);
      if (data === undefined) return undefined;
      const receivedAtMs = toLocalMs(data.receivedAt);
      // Redis's clock was set back since it was written: how old it is, nobody knows.
      if (receivedAtMs > clock.monotonicMs() + MAX_AHEAD_MS) return undefined;
      const entryTimes = { askedAtMs: toLocalMs(data.askedAt), receivedAtMs };
      if (data.kind === 'missing') return { kind: 'missing', platformCode: data.platformCode, ...entryTimes };
      // By our own wall clock, which may not be the other gateway's.
      const readAt = new Date(clock.now() - (clock.monotonicMs() - receivedAtMs));
      return { kind: 'answer', answer: answerWith(data.answer, readAt), ...entryTimes };
    },
  };
}
