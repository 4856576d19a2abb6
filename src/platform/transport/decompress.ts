import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { TransportError } from './transportError.ts';

const DECODERS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** Whether a body in this `content-encoding` has to be unpacked; '' where the header is missing. */
export function isCompressed(coding: string): boolean {
  return coding !== '' && nameOf(coding) !== 'identity';
}

/**
 * The body as it was before it was compressed. We ask for none, a proxy may compress all the same.
 *
 * @throws {TransportError} when it is broken, in a coding we do not know, or unpacks to more than `maxBytes`
 */
export async function decompressBody(body: Buffer, coding: string, maxBytes: number): Promise<Buffer> {
  const name = nameOf(coding);
  if (!Object.hasOwn(DECODERS, name)) throw new TransportError('body not decompressed');
  try {
    return await DECODERS[name as keyof typeof DECODERS](body, { maxOutputLength: maxBytes });
  } catch (error) {
    const isBomb = error instanceof RangeError;
    throw new TransportError(isBomb ? 'body too large' : 'body not decompressed');
  }
}

function nameOf(coding: string): string {
  return coding.trim().toLowerCase();
}
