import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { HTTPGraphQLResponse } from '@apollo/server';
import type { Viewer } from '../auth/viewer.ts';
import type { OperationContext } from '../graphql/context.ts';
import { EXPLAIN_HEADER } from '../graphql/plugins/explain.ts';
import type { MemoryRoom } from '../store/memory.ts';
import type { NearStore } from '../store/store.ts';
import { textBytesOf } from '../store/textBytes.ts';
import { SeenBytes } from './seenBytes.ts';
import { RememberedAnswer, type RememberedOptions } from './rememberedAnswer.ts';

/** Who asks, as far as an answer hangs on it. */
export interface Caller {
  readonly viewer: Viewer;
  /** Whether the request came from the federation router; true where none is asked for. */
  readonly isRouter: boolean;
  /** Whether the same headers would show the same caller now. */
  readonly isStill: () => boolean;
}

/** A POST, whose body is read. */
export interface AskedWhole {
  readonly request: IncomingMessage;
  readonly caller: Caller;
  readonly body: Buffer;
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
  readonly #options: RememberedOptions;
  readonly #answers: NearStore<RememberedAnswer>;
  readonly #bodies = new SeenBytes();

  constructor({ memory, ...options }: RememberedOptions & { readonly memory: MemoryRoom }) {
    this.#options = options;
    this.#answers = memory.store({
      bytesOf: ({ text }: RememberedAnswer) => ANSWER_BYTES + textBytesOf(text),
    });
  }

  /** The answer to a POST that would be given now; undefined where that must be found out. */
  find({ request, caller, body }: AskedWhole): RememberedAnswer | undefined {
    if (!mayBeRemembered(request) || !this.#bodies.see(body)) return undefined;
    const nowMs = this.#options.clock.monotonicMs();
    const answer = this.#answers.get(keyOf(request, caller, body), nowMs);
    return answer?.isCurrent(nowMs) === true ? answer : undefined;
  }

  /** Remembers what was answered, where the same would be answered again; undefined where it would not. */
  keep(
    { request, caller, body: asked }: AskedWhole,
    { status, headers, body }: HTTPGraphQLResponse,
    { ending, meter }: OperationContext,
  ): RememberedAnswer | undefined {
    const { repeatableAs: operation } = ending;
    if (operation === undefined || !mayBeRemembered(request)) return undefined;
    if ((status ?? 200) !== 200 || body.kind !== 'complete') return undefined;
    const { parts, freshUntilMs } = meter;
    const answer = new RememberedAnswer({ headers, text: body.string, operation, parts, freshUntilMs }, this.#options);
    this.#answers.set(keyOf(request, caller, asked), answer, freshUntilMs - this.#options.clock.monotonicMs());
    return answer;
  }
}

/** One that tells what it cost is another each time. */
function mayBeRemembered({ headers }: IncomingMessage): boolean {
  return headers[EXPLAIN_HEADER] === undefined;
}

/** Under what the answer is remembered. */
function keyOf({ headers }: IncomingMessage, { viewer, isRouter }: Caller, body: Buffer): string {
  const { isAuthenticated, mayReadAny, customerId } = viewer;
  const rights = `${isAuthenticated} ${mayReadAny} ${isRouter} ${customerId?.reveal() ?? ''}`;
  // A line each, for none can hold the end of one. The hash keeps ids, and whatever else a body holds, out of keys.
  const head = `${rights}\n${headers.accept ?? ''}\n${headers['content-type'] ?? ''}\n`;
  return hash('sha256', Buffer.concat([Buffer.from(head), body]), 'base64url');
}
