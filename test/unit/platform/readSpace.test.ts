import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ReadSpace } from '../../../src/platform/transport/readSpace.ts';

let server: Server;
let others: Socket[];
beforeEach(async () => {
  others = [];
  server = createServer((other) => others.push(other.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const other of others) other.destroy();
  server.close();
});

async function open(space: ReadSpace): Promise<{ socket: Socket; other: Socket }> {
  const { port } = server.address() as AddressInfo;
  const count = others.length;
  const socket = space.open((onread) => connect({ port, host: '127.0.0.1', onread }));
  await once(socket, 'connect');
  while (others.length === count) await new Promise(setImmediate);
  const other = others.at(-1);
  if (other === undefined) throw new Error('Nobody has connected.');
  return { socket, other };
}

it('a socket that is read into a shared space gives its own bytes, and its end', async () => {
  const space = new ReadSpace();
  const all = [await open(space), await open(space), await open(space)];
  const read = all.map(({ socket }) => {
    const pieces: Buffer[] = [];
    socket.on('readable', () => {
      for (let piece = socket.read() as Buffer | null; piece !== null; piece = socket.read() as Buffer | null) {
        pieces.push(piece);
      }
    });
    return pieces;
  });

  for (let turn = 0; turn < 20; turn += 1) {
    for (const [index, { other }] of all.entries()) other.write(String(index).repeat(1000 + turn));
    await new Promise(setImmediate);
  }
  const ends = all.map(({ socket }) => once(socket, 'end'));
  for (const { other } of all) other.end();
  await Promise.all(ends);

  for (const [index, pieces] of read.entries()) {
    expect(Buffer.concat(pieces).toString()).toBe(String(index).repeat(20 * 1000 + 190));
  }
});

it('a socket that nobody reads is closed when something comes', async () => {
  const { socket, other } = await open(new ReadSpace());
  const failed = once(socket, 'error');
  other.write('unasked');

  await expect(failed).resolves.toMatchObject([{ message: 'Nobody has read what has come.' }]);
  expect(socket.destroyed).toBe(true);
});
