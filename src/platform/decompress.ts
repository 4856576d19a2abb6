import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { TransportError } from './transportError.ts';

const DECODERS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/**
 * The body as it was before it was compressed. We ask for none, a proxy may compress all the same.
 *
 * @throws {TransportError} when it is broken, in a coding we do not know, or unpacks to more than `maxBytes`
 */
export async function decompressBody(body: Buffer, coding: string | undefined, maxBytes: number): Promise<Buffer> {
  const name = (coding ?? 'identity').trim().toLowerCase();
  if (name === 'identity' || name === '') return body;
  if (!Object.hasOwn(DECODERS, name)) throw new TransportError('body not decompressed');
  try {
    return await DECODERS[name as keyof typeof DECODERS](body, { maxOutputLength: maxBytes });
  } catch (error) {
    const isBomb = error instanceof RangeError;
    throw new TransportError(isBomb ? 'body too large' : 'body not decompressed');
  }
}
