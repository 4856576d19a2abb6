import type { Clock } from '../../domain/clock.ts';
import { EndOfTurn } from '../../domain/endOfTurn.ts';
import type { StopSignal } from '../../domain/stop.ts';
import type { Done } from '../outcome.ts';

/** One HTTP request to the platform, below authentication and everything else. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Relative to the base URL, without a leading slash; its parts already encoded. */
  readonly path: string;
  readonly searchParams: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as `application/json`. */
  readonly json?: Readonly<Record<string, string>>;
}

/** What came back, whatever its status: the few headers we read, and the whole body. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly retryAfter: string | undefined;
  readonly requestId: string | undefined;
  readonly body: Buffer;
}

/**
 * The seam behind which an HTTP client lives: one attempt, no policy. Whatever the client would do by itself is off: it
 * neither retries nor follows a redirect, for that would carry the token along, and it unpacks nothing without a bound.
 */
export interface Transport {
  /**
   * Sends a request; `done` is told the answer, or a {@link TransportError} when no whole one arrived (never a library's
   * own error, which carries the URL), or the signal's reason as soon as it aborts.
   */
  send(request: HttpRequest, signal: StopSignal, done: Done<HttpAnswer>): void;
  /** Closes all connections. */
  close(): void;
}

/** An exchange that waits for the end of a turn of the event loop. */
export interface AtEndOfTurn {
  sendNow(): void;
  tellNow(): void;
}

/** What is done with others of its kind. */
export interface Turns {
  /** Requests of one turn of the event loop are sent together. */
  readonly sending: EndOfTurn<AtEndOfTurn>;
  /** Answers that have come are told of together. */
  readonly telling: EndOfTurn<AtEndOfTurn>;
}

export function createTurns(): Turns {
  return {
    sending: new EndOfTurn((exchange) => exchange.sendNow()),
    telling: new EndOfTurn((exchange) => exchange.tellNow()),
  };
}

export interface HttpOptions extends Turns {
  /** `https://{host}/`, or plain HTTP on a loopback address. */
  readonly baseUrl: URL;
  readonly maxConnections: number;
  /** To find the host's address, and once more to connect; TLS has twice as long. */
  readonly connectTimeoutMs: number;
  /** Counted after decompression. */
  readonly maxBodyBytes: number;
  readonly clock: Clock;
}

/** Makes a transport with one of the HTTP clients. */
export type CreateTransport = (options: HttpOptions) => Transport;

/** Sent with every request. Uncompressed answers are asked for: they are small, and unpacking costs more than it saves. */
export const REQUEST_HEADERS = {
  'user-agent': 'loyalty-graph',
  accept: 'application/json',
  'accept-encoding': 'identity',
} as const;
