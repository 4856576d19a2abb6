import type { OnReadOpts, Socket } from 'node:net';

/** Most that is read at once, as Node reads. */
const SPACE_BYTES = 64 * 1024;

/**
 * One space that all sockets of a client are read into. A socket by itself has 64 kB of memory made for each read, and takes
 * what has come through the queue of its stream: for answers of some kB, that are taken as they come, this is half of what
 * reading them costs.
 *
 * @see https://nodejs.org/api/net.html#new-netsocketoptions `onread`
 */
export class ReadSpace {
  readonly #space = Buffer.allocUnsafeSlow(SPACE_BYTES);

  /**
   * Opens a socket whose bytes are taken with `read()` within its event `readable`, as undici does while nobody has it pause:
   * whoever leaves them there loses the connection.
   */
  open<Opened extends Socket>(connect: (onread: OnReadOpts) => Opened): Opened {
    /** What has come and is not read yet: the reader's own, for the space is anybody's as soon as it is given back. */
    const come: Buffer[] = [];
    const socket = connect({
      buffer: this.#space,
      callback: (bytes, buffer) => {
        come.push(Buffer.from(buffer.subarray(0, bytes)));
        socket.emit('readable');
        if (come.length > 0) socket.destroy(new Error('Nobody has read what has come.'));
        return true;
      },
    });
    const read = socket.read.bind(socket);
    // With a size Node asks, for nothing, so that what there is to say of the end is said.
    socket.read = (size?: number) => (size === undefined ? (come.pop() ?? null) : (read(size) as unknown));
    return socket;
  }
}
