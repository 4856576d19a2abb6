import type { Socket } from 'node:net';

/** As much as Node reads at once. */
const BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

/** What of a socket's insides is changed. */
interface Insides {
  readonly _handle?: { readonly useUserBuffer?: (buffer: Buffer) => void } | null;
  [name: symbol]: unknown;
}

/**
 * Has all that comes on a connection read into one buffer, as `net.connect` has it with its option `onread`: Node else
 * takes 64 KiB for each read, which costs more than all the rest of an answer that is there. A server's sockets cannot be
 * given that option, so it is set where Node keeps it.
 *
 * @param take is handed each piece, in place of `data` events. The next one of any connection is written over it
 * @returns whether it is so; false, and nothing is changed, for what is not a socket of a Node we know
 */
export function readIntoShared(socket: Socket, take: (piece: Buffer) => void): boolean {
  const insides = socket as unknown as Insides;
  const { _handle: handle } = insides;
  const [buffer, generator, callback] = ['kBuffer', 'kBufferGen', 'kBufferCb'].map((name) => unsetOf(insides, name));
  if (typeof handle?.useUserBuffer !== 'function') return false;
  if (buffer === undefined || generator === undefined || callback === undefined) return false;
  handle.useUserBuffer(BUFFER);
  insides[buffer] = BUFFER;
  insides[callback] = (length: number) => {
    take(BUFFER.subarray(0, length));
  };
  return true;
}

/** The property of this name, where it is there and has no value yet. */
function unsetOf(insides: Insides, name: string): symbol | undefined {
  return Object.getOwnPropertySymbols(insides).find(
    (symbol) => symbol.description === name && insides[symbol] === null,
  );
}
