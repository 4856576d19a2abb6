import { Duplex } from 'node:stream';

/** A connection without a network: what arrives on it arrives in the pieces it is given in. */
export class Pipe extends Duplex {
  /** What was written to it, a character a byte. */
  written = '';

  /** The other side sends a piece. */
  arrive(piece: string): void {
    this.push(Buffer.from(piece, 'latin1'));
  }

  override _read(): void {
    // Pieces arrive when they are sent.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written += chunk.toString('latin1');
    done();
  }

  /** As `node:http` sets it on connections. */
  setTimeout(): this {
    return this;
  }
}

/** Lets whatever is ready happen, and what that makes ready. */
export async function settled(turns = 8): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
