import type { IncomingMessage, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../domain/clock.ts';
import type { MemoryRoom } from '../store/memory.ts';
import type { NearStore } from '../store/store.ts';
import type { Head } from './head.ts';
import type { Caller } from './remembered.ts';
import type { RememberedAnswer } from './rememberedAnswer.ts';

/** An answer to requests of one print. */
interface Repeat {
  readonly answer: RememberedAnswer;
  readonly caller: Caller;
  /** Without what is of the moment; a character a byte. */
  readonly head: string;
  readonly bodyBytes: number;
  /** As it was given last. */
  wire?: Dated;
}

/** An answer as it goes over the wire, the same for up to a second. */
export interface Wire {
  readonly bytes: Buffer;
  /** Some of it waits for a caller who did not take it at once, and must not change: set by who writes it. */
  isHeld: boolean;
}

/** And what of it is of the moment. */
interface Dated extends Wire {
  readonly headBytes: number;
  dateSecond: number;
  freshForSeconds: number;
}

/** About what a head takes in what goes over the wire, and what holds it. */
const REPEAT_BYTES = 1500;
/** Of heads: they differ by the length of what follows, and by what a caller may choose of its form. */
const MAX_HEADS = 100;

/**
 * Requests that came before, byte for byte: token, body, host and all. Who sends the same bytes is the same caller for as
 * long as their token holds, and asks the same of us in the same form. So nothing of it need be parsed to know which
 * remembered answer it gets; whether that one is still true is looked at each time, as for any other.
 *
 * Only what comes again has a print ({@link Tap}), and is kept: a request with a header of its own (a trace, an id of a
 * proxy) never does, and would push out of the room it shares what others read of the platform.
 */
export class Repeats {
  readonly #clock: Clock;
  readonly #keepAlive: string;
  readonly #repeats: NearStore<Repeat>;
  /** The same for many: kept once. */
  readonly #heads = new LRUCache<string, string>({ max: MAX_HEADS });
  #date = '';
  #dateSecond = NaN;

  /** @param keepAlive what the server says of how long it keeps a connection */
  constructor({
    clock,
    keepAlive,
    memory,
  }: {
    readonly clock: Clock;
    readonly keepAlive: string;
    readonly memory: MemoryRoom;
  }) {
    this.#clock = clock;
    this.#keepAlive = keepAlive;
    this.#repeats = memory.store({ bytesOf: ({ bodyBytes }: Repeat) => REPEAT_BYTES + bodyBytes });
  }

  /** The whole answer to a request of this print; undefined where it must be looked at. */
  answerTo(print: string): Wire | undefined {
    const nowMs = this.#clock.monotonicMs();
    const repeat = this.#repeats.get(print, nowMs);
    if (repeat === undefined || !repeat.caller.isStill() || !repeat.answer.isCurrent(nowMs)) return undefined;
    repeat.answer.give(nowMs);
    return this.#wireOf(repeat, nowMs);
  }

  /**
   * Keeps how a request is answered that came before, where the connection goes on behind it: `head` is that of `answer`.
   */
  keep(print: string, { answer, caller, request, response, head: sent }: Answered): void {
    if (!response.shouldKeepAlive || sent.has('connection') || request.httpVersion !== '1.1') return;
    // Who is told first to go on has two answers.
    if (request.headers.expect !== undefined) return;
    const head = this.#shared(`${linesOf(sent)}connection: keep-alive\r\nkeep-alive: ${this.#keepAlive}\r\n`);
    const repeat: Repeat = { answer, caller, head, bodyBytes: Buffer.byteLength(answer.text) };
    this.#repeats.set(print, repeat, answer.freshUntilMs - this.#clock.monotonicMs());
  }

  /**
   * An answer with what is of the moment: both of it counts whole seconds. Written over the one before where that has gone
   * and is as long: a new one each second would outlive the young generation, and fill the old one with garbage.
   */
  #wireOf(repeat: Repeat, nowMs: number): Dated {
    const { answer, wire: last } = repeat;
    const dateSecond = Math.floor(this.#clock.now() / 1000);
    const freshForSeconds = Math.floor((answer.freshUntilMs - nowMs) / 1000);
    if (last?.dateSecond === dateSecond && last.freshForSeconds === freshForSeconds) return last;
    const ofTheMoment = `date: ${this.#dateOf(dateSecond)}\r\ncache-control: ${answer.cacheControlAt(nowMs)}\r\n\r\n`;
    const headBytes = repeat.head.length + ofTheMoment.length;
    if (last?.headBytes === headBytes && !last.isHeld) {
      last.bytes.write(ofTheMoment, repeat.head.length, 'latin1');
      return Object.assign(last, { dateSecond, freshForSeconds });
    }
    // Not of the pool that others share: one small piece of it would hold all of it.
    const bytes = Buffer.allocUnsafeSlow(headBytes + repeat.bodyBytes);
    bytes.write(repeat.head + ofTheMoment, 'latin1');
    bytes.write(answer.text, headBytes);
    repeat.wire = { bytes, isHeld: false, headBytes, dateSecond, freshForSeconds };
    return repeat.wire;
  }

  #shared(head: string): string {
    const shared = this.#heads.get(head);
    if (shared === undefined) this.#heads.set(head, head);
    return shared ?? head;
  }

  /** RFC 9110, section 5.6.7. */
  #dateOf(second: number): string {
    if (second === this.#dateSecond) return this.#date;
    this.#dateSecond = second;
    return (this.#date = new Date(1000 * second).toUTCString());
  }
}

interface Answered extends Pick<Repeat, 'answer' | 'caller'> {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: Head;
}

/** The lines of an answer's head that are the same each time, but those that Node adds. */
function linesOf(head: Head): string {
  return `HTTP/1.1 200 OK\r\n${head.linesBut('cache-control')}`;
}
