import type { IncomingMessage } from 'node:http';

const MAX_BODY_BYTES = 64 * 1024;

/**
 * The body as text. Only the token call has one that matters, and that is short.
 *
 * @throws {Error} when it is longer than 64 KiB, or the caller goes before its end
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new Error('The body is longer than 64 KiB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The object that a JSON text holds; an empty one for anything else: a body without a key opens nothing. */
export function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Path and query of a request line; the root, which is no resource, for one that is no path. */
export function readUrl(target = '/'): URL {
  const url = `http://sandbox${target}`;
  return new URL(target.startsWith('/') && URL.canParse(url) ? url : 'http://sandbox/');
}
