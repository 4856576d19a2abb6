import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../domain/errors.ts';
import { assertPlainNumbers } from './plainNumbers.ts';
import type { BodyLease } from './bodyBudget.ts';
import { HttpRefusal } from './refusal.ts';

const UTF_8 = new TextDecoder('utf-8', { fatal: true });
const TOO_LARGE = 'The body is too large.';

/**
 * The body of a POST, which says that it is JSON.
 *
 * @param maxBytes read at most; the connection is closed behind a larger one
 * @param lease room for it beside the bodies of others
 * @throws {HttpRefusal} 503 where there is none; 415 unless it says that it is uncompressed JSON in UTF-8, 413 when too large
 */
export function readBody(request: IncomingMessage, maxBytes: number, lease: BodyLease): Promise<Buffer> | Buffer {
  assertPlainJson(request);
  const close = { connection: 'close' };
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    throw new HttpRefusal(413, 'PAYLOAD_TOO_LARGE', TOO_LARGE, close);
  }
  let length = 0;
  const look = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > maxBytes) throw new HttpRefusal(413, 'PAYLOAD_TOO_LARGE', TOO_LARGE, close);
    lease.take(chunk.length);
  };
  // Most come with their head, and are there by the time that it is known who asks.
  if (!request.complete || request.destroyed) return collect(request, look);
  const body = (request.read() as Buffer | null) ?? NO_BODY;
  look(body);
  return body;
}

const NO_BODY = Buffer.alloc(0);

/**
 * All of a body, each piece of it looked at before. What `look` throws ends it, and leaves the connection open: a refusal
 * must still reach who is sending. By events, for an iterator over a stream costs more than all of the above.
 */
function collect(request: IncomingMessage, look: (chunk: Buffer) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const leave = () => {
      request.off('data', take).off('end', end).off('error', fail).off('close', gone);
    };
    const fail = (error: unknown) => {
      leave();
      reject(error);
    };
    const gone = () => fail(new Error('The caller has gone.'));
    const end = () => {
      leave();
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    };
    const take = (chunk: Buffer) => {
      try {
        look(chunk);
        chunks.push(chunk);
      } catch (error) {
        fail(error);
      }
    };
    if (request.destroyed) {
      gone(); // Before anybody listened.
      return;
    }
    request.on('data', take).on('end', end).on('error', fail).on('close', gone);
  });
}

/**
 * What a body says.
 *
 * @throws {HttpRefusal} 400 when it is no JSON in UTF-8
 * @throws {GatewayError} `BAD_USER_INPUT` for a number that may have lost digits
 */
export function parseBody(body: Buffer): unknown {
  try {
    const json = UTF_8.decode(body);
    const value: unknown = JSON.parse(json);
    assertPlainNumbers(json);
    return value;
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new HttpRefusal(400, 'BAD_REQUEST', 'The body is not valid JSON.');
  }
}

function assertPlainJson({ headers }: IncomingMessage): void {
  const [type, ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (type !== 'application/json' || !isUtf8) {
    throw new HttpRefusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send application/json in UTF-8.');
  }
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
    throw new HttpRefusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send the body uncompressed.');
  }
}
