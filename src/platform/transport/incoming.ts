import { decompressBody, isCompressed } from './decompress.ts';
import type { HttpAnswer } from './http.ts';

/** Headers by their names in lower case; what came more than once is a list, or joined with commas. */
export type IncomingHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** An answer that is coming in: its status, its headers, and as much of its body as there is, up to a bound. */
export class Incoming {
  readonly #maxBodyBytes: number;
  readonly #chunks: Buffer[] = [];
  #status = 0;
  #headers: IncomingHeaders = {};
  #bytes = 0;

  constructor(maxBodyBytes: number) {
    this.#maxBodyBytes = maxBodyBytes;
  }

  /** Bytes of the body so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The last one counts: informational answers (1xx) may precede it. */
  begin(status: number, headers: IncomingHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  /** Takes a part of the body; false when it is too large, and no more of it may be read. */
  add(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBodyBytes) return false;
    this.#chunks.push(chunk);
    return true;
  }

  /**
   * The whole answer, uncompressed. A promise only where unpacking takes one.
   *
   * @throws {TransportError} when the body is broken, in a coding we do not know, or unpacks to too much
   */
  whole(): HttpAnswer | Promise<HttpAnswer> {
    const [only] = this.#chunks;
    const packed = this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
    const coding = listOf(this.#headers['content-encoding']);
    if (!isCompressed(coding)) return this.#answer(packed);
    return decompressBody(packed, coding, this.#maxBodyBytes).then((body) => this.#answer(body));
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

function firstOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header[0] : header;
}

function listOf(header: string | readonly string[] | undefined): string {
  return typeof header === 'object' ? header.join(', ') : (header ?? '');
}
