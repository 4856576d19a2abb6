import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HTTPGraphQLResponse } from '@apollo/server';
import type { Clock } from '../domain/clock.ts';
import type { EndOfTurn } from '../domain/endOfTurn.ts';
import { GatewayError } from '../domain/errors.ts';
import type { Telemetry } from '../domain/telemetry.ts';
import { failureOf } from '../observe/failure.ts';
import type { Logger } from '../observe/logger.ts';
import type { Head } from './head.ts';
import { HttpRefusal, refusalOf, writeRefusal } from './refusal.ts';

/** What an answer hangs on besides its request. */
export interface RespondOptions {
  /** The content security policy of the explorer's page. */
  readonly pagePolicyOf: (html: string) => string;
  /** Whether this gateway is about to leave: its callers are told to ask elsewhere next time. */
  readonly isClosing: () => boolean;
  /** Answers of one turn of the event loop are written together. */
  readonly answering: EndOfTurn;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

/** After a refusal, of a body that is still being sent. */
const MAX_DRAINED_BYTES = 64_000_000;
const MAX_DRAINED_MS = 2000;
/** A caller who has not taken the answer by then is cut off: what is written for them lies in our memory. */
export const RESPONSE_TIMEOUT_MS = 30_000;

/** Sends what Apollo has answered. */
export function send(
  response: ServerResponse,
  head: Head,
  { status = 200, headers, body }: HTTPGraphQLResponse,
  { pagePolicyOf, isClosing, answering, clock, logger }: RespondOptions,
): Promise<void> | undefined {
  if (isClosing()) head.set('connection', 'close');
  for (const [name, value] of headers) head.set(name, value);
  if (body.kind === 'complete') {
    if (headers.get('content-type')?.startsWith('text/html') === true) {
      head.set('content-security-policy', pagePolicyOf(body.string));
    }
    const { string } = body;
    const length = Buffer.byteLength(string);
    head.set('content-length', String(length));
    // A byte a character is written faster, where it is known.
    const encoding = length === string.length ? 'latin1' : 'utf8';
    answering.add(() => {
      if (response.headersSent) return; // Something failed since, and was told.
      try {
        writeWhole(head.write(response, status), string, encoding);
      } catch (error) {
        // Node takes no such header: a mistake of ours, and nobody above hears of it any more.
        logger.error({ outcome: 'refused', failure: failureOf(error) }, 'request');
        response.destroy();
      }
      // Most is taken at once.
      if (response.writableLength > 0) dropUnlessTaken(response, clock);
    });
    return undefined;
  }
  dropUnlessTaken(response, clock);
  head.write(response, status);
  return sendParts(response, body.asyncIterator);
}

/** Writes an answer in one piece: `end` with a body puts an empty piece behind it, and two are put together once more. */
function writeWhole(response: ServerResponse, body: string, encoding: BufferEncoding): void {
  const { socket } = response;
  socket?.cork();
  response.write(body, encoding);
  socket?.uncork();
  response.end();
}

async function sendParts(response: ServerResponse, parts: AsyncIterable<string>): Promise<void> {
  for await (const part of parts) response.write(part);
  response.end();
}

/** Cuts a caller off who does not read, or is not there any more, a while after the answer was given. */
function dropUnlessTaken(response: ServerResponse, clock: Clock): void {
  const cancel = clock.after(RESPONSE_TIMEOUT_MS, () => response.destroy());
  response.on('close', cancel);
}

/** Answers a request that is refused, if somebody is still there to read it; what failed here goes to the log. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  head: Head,
  error: unknown,
  { logger, telemetry, isClosing }: RespondOptions,
): void {
  if (response.destroyed) {
    // The caller has hung up: there is nobody to refuse, and nothing of ours failed.
    logger.info({ outcome: 'gone' }, 'request');
    return;
  }
  const { status, code } = refusalOf(error);
  telemetry.requestRefused(code);
  const reason = error instanceof GatewayError ? error.facts.detail : undefined;
  const line = { outcome: 'refused', status, code, reason };
  // A refusal of ours, whatever its status, is no fault of ours.
  if (status >= 500 && !(error instanceof HttpRefusal)) logger.error({ ...line, failure: failureOf(error) }, 'request');
  else logger.info(line, 'request');
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (isClosing()) head.set('connection', 'close');
  writeRefusal(response, head, error);
  if (request.complete) response.end();
  else drain(request, response);
}

/**
 * Reads on for a moment before it hangs up, so that a caller who is still sending comes to read the answer: a connection
 * that is closed with unread input is reset, and the answer lost.
 */
function drain(request: IncomingMessage, response: ServerResponse): void {
  let left = MAX_DRAINED_BYTES;
  const end = () => response.end();
  const timer = setTimeout(end, MAX_DRAINED_MS).unref();
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) end();
  });
  request.once('end', end);
  response.once('close', () => clearTimeout(timer));
}
