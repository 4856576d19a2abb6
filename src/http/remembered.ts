import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { HTTPGraphQLResponse } from '@apollo/server';
import type { Viewer } from '../auth/viewer.ts';
import type { OperationContext } from '../graphql/context.ts';
import { EXPLAIN_HEADER } from '../graphql/plugins/explain.ts';
import type { MemoryRoom } from '../store/memory.ts';
import type { NearStore } from '../store/store.ts';
import { textBytesOf } from '../store/textBytes.ts';
import { createLines, RememberedAnswer, type AnswerOptions, type RememberedOptions } from './rememberedAnswer.ts';

/** Who asks, as far as an answer hangs on it. */
export interface Caller {
  readonly viewer: Viewer;
  /** Whether the request came from the federation router; true where none is asked for. */
  readonly isRouter: boolean;
  /** Whether the same headers would show the same caller now. */
  readonly isStill: () => boolean;
}

/** About what headers, parts and their list take. */
const ANSWER_BYTES = 800;

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
  readonly #options: AnswerOptions;
  readonly #answers: NearStore<RememberedAnswer>;

  constructor({ memory, ...options }: RememberedOptions & { readonly memory: MemoryRoom }) {
    this.#options = { ...options, lineOf: createLines(options.logger) };
    this.#answers = memory.store({
      bytesOf: ({ text }: RememberedAnswer) => ANSWER_BYTES + textBytesOf(text),
    });
  }

  /** Under what the answer to a POST is remembered; undefined for one that tells what it cost. */
  keyOf({ headers }: IncomingMessage, { viewer, isRouter }: Caller, body: Buffer): string | undefined {
    if (headers[EXPLAIN_HEADER] !== undefined) return undefined;
    const { isAuthenticated, mayReadAny, customerId } = viewer;
    const rights = `${isAuthenticated} ${mayReadAny} ${isRouter} ${customerId?.reveal() ?? ''}`;
    // A line each, for none can hold the end of one. The hash keeps ids, and whatever else a body holds, out of keys.
    const head = `${rights}\n${headers.accept ?? ''}\n${headers['content-type'] ?? ''}\n`;
    return hash('sha256', Buffer.concat([Buffer.from(head), body]), 'base64url');
  }

  /** The answer that would be given now; undefined where that must be found out. */
  find(key: string): RememberedAnswer | undefined {
    const nowMs = this.#options.clock.monotonicMs();
    const answer = this.#answers.get(key, nowMs);
    return answer?.isCurrent(nowMs) === true ? answer : undefined;
  }

  /** Remembers what was answered, where the same would be answered again; undefined where it would not. */
  keep(
    key: string,
    { status, headers, body }: HTTPGraphQLResponse,
    { ending, meter }: OperationContext,
  ): RememberedAnswer | undefined {
    const { repeatableAs: operation } = ending;
    if (operation === undefined || (status ?? 200) !== 200 || body.kind !== 'complete') return undefined;
    const { parts, freshUntilMs } = meter;
    const answer = new RememberedAnswer({ headers, text: body.string, operation, parts, freshUntilMs }, this.#options);
    this.#answers.set(key, answer, freshUntilMs - this.#options.clock.monotonicMs());
    return answer;
  }
}
