import type { StopSignal } from '../../domain/stop.ts';
import { Failed, tell, type Done, type Outcome } from '../outcome.ts';
import { decompressBody, isCompressed } from './decompress.ts';
import type { AtEndOfTurn, HttpAnswer, HttpOptions, HttpRequest } from './http.ts';
import { watchProgress, type Growing } from './progress.ts';
import { TransportError } from './transportError.ts';

/** Headers by their names in lower case; what came more than once is a list, or joined with commas. */
export type IncomingHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * One request and what comes back of it, whichever client carries it: it ends once, with a whole answer, with a failure,
 * or because nobody waits any more.
 */
export abstract class Exchange implements Growing, AtEndOfTurn {
  readonly #options: HttpOptions;
  readonly #asked: HttpRequest;
  readonly #signal: StopSignal;
  readonly #done: Done<HttpAnswer>;
  #status = 0;
  #headers: IncomingHeaders = {};
  /** The body, where it came in one piece; */
  #body: Buffer | undefined;
  /** or all of its pieces. */
  #pieces: Buffer[] | undefined;
  #endWatch: (() => void) | undefined;
  bytes = 0;
  isOver = false;
  /** Whether the whole answer has come: nothing is left to hang up. */
  #isWhole = false;
  /** Whether it is looked at at the end of this turn. */
  #isDue = false;

  constructor(options: HttpOptions, asked: HttpRequest, signal: StopSignal, done: Done<HttpAnswer>) {
    this.#options = options;
    this.#asked = asked;
    this.#signal = signal;
    this.#done = done;
  }

  /** Sends the request with the others of this turn, unless nobody waits for it. */
  begin(): void {
    if (this.#signal.aborted) {
      this.#end(new Failed(this.#signal.reason));
      return;
    }
    this.#signal.addEventListener('abort', this);
    this.#options.sending.add(this);
  }

  sendNow(): void {
    if (this.isOver) return;
    try {
      this.send(this.#asked);
    } catch (error) {
      this.fail(error);
    }
  }

  /** The signal has aborted. */
  handleEvent(): void {
    this.#giveUp(this.#signal.reason);
  }

  /** Ends it with a failure, and the connection with it; a whole answer stays one, whatever comes behind it. */
  fail(reason: unknown): void {
    if (!this.#isWhole) this.#giveUp(reason);
  }

  stalled(): void {
    this.fail(new TransportError('body too slow'));
  }

  /** Has the client send it. */
  protected abstract send(asked: HttpRequest): void;

  /** Gives the connection up, if there is one. */
  protected abstract hangUp(): void;

  /** The last head counts: informational answers (1xx) may precede it. */
  protected takeHead(status: number, headers: IncomingHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  protected takePiece(piece: Buffer): void {
    this.bytes += piece.length;
    if (this.bytes > this.#options.maxBodyBytes) {
      this.fail(new TransportError('body too large'));
      return;
    }
    if (this.#body === undefined) {
      this.#body = piece;
      this.#look();
    } else {
      this.#pieces ??= [this.#body];
      this.#pieces.push(piece);
    }
  }

  /** All of it is there: it is told of with the others of this turn. */
  protected takeEnd(): void {
    if (this.isOver) return;
    this.#isWhole = true;
    this.#endWatch?.();
    this.#look();
  }

  /** Has it looked at at the end of this turn. */
  #look(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#options.telling.add(this);
  }

  tellNow(): void {
    this.#isDue = false;
    if (this.isOver) return; // Nobody waits any more.
    if (this.#isWhole) this.#tellAnswer();
    // Most bodies come in one piece, and have ended by now: they need no timer.
    else this.#endWatch ??= watchProgress(this, this.#options.clock);
  }

  #tellAnswer(): void {
    const body = this.#pieces === undefined ? (this.#body ?? NO_BODY) : Buffer.concat(this.#pieces);
    const coding = listOf(this.#headers['content-encoding']);
    if (!isCompressed(coding)) {
      this.#end(this.#answer(body));
      return;
    }
    const unpacked = decompressBody(body, coding, this.#options.maxBodyBytes).then((whole) => this.#answer(whole));
    tell(unpacked, (outcome) => {
      if (!this.isOver) this.#end(outcome); // Else nobody waits any more.
    });
  }

  #giveUp(reason: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    if (!this.#isWhole) this.hangUp();
    this.#end(new Failed(reason));
  }

  #end(outcome: Outcome<HttpAnswer>): void {
    this.isOver = true;
    this.#signal.removeEventListener('abort', this);
    this.#endWatch?.();
    this.#done(outcome);
  }

  #answer(body: Buffer): HttpAnswer {
    const headers = this.#headers;
    return {
      status: this.#status,
      contentType: firstOf(headers['content-type']),
      retryAfter: firstOf(headers['retry-after']),
      requestId: firstOf(headers['x-cap-request-id'] ?? headers['x-cap-requestid']),
      body,
    };
  }
}

const NO_BODY = Buffer.alloc(0);

function firstOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header[0] : header;
}

function listOf(header: string | readonly string[] | undefined): string {
  return typeof header === 'object' ? header.join(', ') : (header ?? '');
}
