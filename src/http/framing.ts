import type { IncomingMessage } from 'node:http';

/**
 * Where requests end on one connection, by two counts that must agree: the parser's, which says when it has had a whole
 * request, and ours, of the bytes that the request's head says it has. As soon as they do not, or a head does not come in
 * one piece, nothing is certain on this connection any more: somebody may be hiding one request in another (RFC 9112,
 * section 11.2).
 */
export class Framing {
  #isCertain = true;
  #bytesLeft = 0;
  #begun = 0;
  #last: IncomingMessage | undefined;

  /** Whether the next byte is for certain the first of a request. */
  get isAtBoundary(): boolean {
    return this.#isCertain && this.#bytesLeft === 0;
  }

  /** A piece goes to the parser now. */
  expect(): void {
    this.#begun = 0;
  }

  /** The parser has read a request's head. */
  begin(request: IncomingMessage): void {
    this.#begun += 1;
    this.#last = request;
  }

  /**
   * The parser has had this piece.
   *
   * @returns the request that it is, whole and alone
   */
  settle(piece: Buffer): IncomingMessage | undefined {
    if (!this.#isCertain) return undefined;
    const isFirst = this.#bytesLeft === 0;
    const bytes = isFirst ? lengthOf(piece, this.#last) : this.#bytesLeft;
    this.#bytesLeft = bytes - piece.length;
    const isWhole = this.#bytesLeft === 0;
    this.#isCertain = this.#bytesLeft >= 0 && this.#begun === (isFirst ? 1 : 0) && this.#last?.complete === isWhole;
    const request = this.#last;
    if (isWhole) this.#last = undefined;
    return this.#isCertain && isFirst && isWhole ? request : undefined;
  }
}

const HEAD_END = Buffer.from('\r\n\r\n');
const CR = 0x0d;
const LF = 0x0a;

/** How many bytes a request has by its head; NaN where that cannot be told. */
function lengthOf(piece: Buffer, request: IncomingMessage | undefined): number {
  const end = piece.indexOf(HEAD_END);
  if (request === undefined || end < 0 || hasBareLineFeed(piece, end)) return NaN;
  const { 'transfer-encoding': coding, 'content-length': length = '0' } = request.headers;
  return coding === undefined && /^[0-9]{1,9}$/.test(length) ? end + HEAD_END.length + Number(length) : NaN;
}

/** A line that ends in LF alone: a head may end before we think so. */
function hasBareLineFeed(piece: Buffer, end: number): boolean {
  for (let at = piece.indexOf(LF); at >= 0 && at < end; at = piece.indexOf(LF, at + 1)) {
    if (piece[at - 1] !== CR) return true;
  }
  return false;
}
