import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { HeaderMap, HTTPGraphQLResponse } from '@apollo/server';
import type { Viewer } from '../auth/viewer.ts';
import type { Clock } from '../domain/clock.ts';
import type { CachedPart } from '../domain/operation.ts';
import type { Telemetry } from '../domain/telemetry.ts';
import type { OperationContext } from '../graphql/context.ts';
import { cacheControlOf } from '../graphql/plugins/cacheControl.ts';
import { EXPLAIN_HEADER } from '../graphql/plugins/explain.ts';
import type { Logger } from '../observe/logger.ts';
import { createMemoryStore } from '../store/memory.ts';
import type { NearStore } from '../store/store.ts';

/** Who asks, as far as an answer hangs on it. */
export interface Caller {
  readonly viewer: Viewer;
  /** Whether the request came from the federation router; true where none is asked for. */
  readonly isRouter: boolean;
}

interface RememberedAnswer {
  readonly headers: HeaderMap;
  readonly text: string;
  /** The operation's name, as it is logged. */
  readonly operation: string | null;
  readonly parts: readonly CachedPart[];
  readonly freshUntilMs: number;
}

export interface RememberedOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly telemetry: Pick<Telemetry, 'operationEnded' | 'operationRepeated'>;
}

const MEMORY = { maxEntries: 50_000, maxBytes: 24 * 1024 * 1024 };
/** About what headers, parts and their list take. */
const ANSWER_BYTES = 1000;

/**
 * Whole answers, so that what is asked again while all of it is fresh is neither parsed nor run again.
 *
 * An answer is a function of the body, of the headers that choose its form, of who asks, and of what the cache holds.
 * The first three are the key: `assertMayRead` and `me` look at nothing of a caller but what is in it, so whoever finds
 * an answer would have been let through to it. Their token is verified before, each time. The fourth is looked at each
 * time: an answer is given only while every part it was made of is the very one a read would be given now, so that one
 * that was read anew for anybody is new for everybody.
 */
export class RememberedAnswers {
  readonly #options: RememberedOptions;
  readonly #answers: NearStore<RememberedAnswer>;

  constructor(options: RememberedOptions) {
    this.#options = options;
    this.#answers = createMemoryStore({
      ...MEMORY,
      bytesOf: ({ text }: RememberedAnswer) => ANSWER_BYTES + 2 * text.length,
      clock: options.clock,
    });
  }

  /** Under what the answer to a POST is remembered; undefined for one that tells what it cost. */
  keyOf({ headers }: IncomingMessage, { viewer, isRouter }: Caller, body: Buffer): string | undefined {
    if (headers[EXPLAIN_HEADER] !== undefined) return undefined;
    const { isAuthenticated, mayReadAny, customerId } = viewer;
    const rights = `${isAuthenticated} ${mayReadAny} ${isRouter} ${customerId?.reveal() ?? ''}`;
    // A line each, for none can hold the end of one. The hash keeps ids, and whatever else a body holds, out of keys.
    const head = `${rights}\n${headers.accept ?? ''}\n${headers['content-type'] ?? ''}\n`;
    return createHash('sha256').update(head).update(body).digest('base64url');
  }

  /** The answer that would be given now; undefined where that must be found out. Counted and logged as any other. */
  find(key: string): HTTPGraphQLResponse | undefined {
    const { clock, logger, telemetry } = this.#options;
    const startedAtMs = clock.monotonicMs();
    const answer = this.#answers.get(key);
    if (answer === undefined) return undefined;
    const { parts, operation, text, freshUntilMs } = answer;
    if (!parts.every((part) => part.isGiven())) return undefined;
    for (const part of parts) part.countGiven();
    const { headers } = answer;
    // True of whoever is given it now.
    headers.set('cache-control', cacheControlOf(freshUntilMs - startedAtMs));
    const durationMs = clock.monotonicMs() - startedAtMs;
    telemetry.operationRepeated();
    telemetry.operationEnded('ok', durationMs);
    logger.info({ operation, outcome: 'ok', durationMs: Math.round(durationMs), platformCalls: 0 }, 'operation');
    return { status: 200, headers, body: { kind: 'complete', string: text } };
  }

  /** Remembers what was answered, where the same would be answered again. */
  keep(key: string, { status, headers, body }: HTTPGraphQLResponse, { ending, meter }: OperationContext): void {
    const { repeatableAs: operation } = ending;
    if (operation === undefined || (status ?? 200) !== 200 || body.kind !== 'complete') return;
    const { parts, freshUntilMs } = meter;
    const answer = { headers, text: body.string, operation, parts, freshUntilMs };
    this.#answers.set(key, answer, freshUntilMs - this.#options.clock.monotonicMs());
  }
}
