import { once } from 'node:events';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { call, EndOfTurn } from '../../../src/domain/endOfTurn.ts';
import { readIntoShared } from '../../../src/http/sharedRead.ts';
import { tapRequests } from '../../../src/http/tap.ts';
import { Pipe, settled } from '../../support/pipe.ts';

const running: Server[] = [];
afterEach(() => {
  for (const server of running.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  running.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** Bytes that tell where they are, and of which connection. */
const bytesOf = (connection: number, length: number) =>
  Buffer.from(Array.from({ length }, (_, at) => (connection + at + (at >> 8)) % 256));

describe('a connection that is read into the shared buffer', () => {
  it('hands over all that comes, in turn with others, in place of data events', async () => {
    const taken = new Map<Socket, Buffer[]>();
    const events: unknown[] = [];
    const port = await listen(
      createServer((socket) => {
        const pieces: Buffer[] = [];
        taken.set(socket, pieces);
        socket.on('data', (chunk) => events.push(chunk));
        expect(readIntoShared(socket, (piece) => pieces.push(Buffer.from(piece)))).toBe(true);
        socket.on('end', () => socket.end('whole'));
      }),
    );

    const sent = [1, 2, 3].map((connection) => bytesOf(connection, 300_000));
    const answers = sent.map((bytes) => text(connect(port, '127.0.0.1').end(bytes)));

    expect(await Promise.all(answers)).toEqual(['whole', 'whole', 'whole']);
    const came = [...taken.values()].map((pieces) => Buffer.concat(pieces));
    expect(came.toSorted((a, b) => a.compare(b)).every((bytes, n) => bytes.equals(sent[n] ?? bytes.subarray(1)))).toBe(
      true,
    );
    expect(events).toEqual([]);
  });

  it('is left as it is where it is none of Node that has one', async () => {
    const pipe = new Pipe();
    const events: string[] = [];
    pipe.on('data', (chunk: Buffer) => events.push(chunk.toString()));

    const isShared = readIntoShared(pipe as unknown as Socket, () => events.push('taken'));
    pipe.arrive('as ever');
    await settled();

    expect({ isShared, events }).toEqual({ isShared: false, events: ['as ever'] });
  });

  it('keeps the bodies of callers apart, also of those that wait until they are read', async () => {
    const server = createHttpServer();
    tapRequests(server, {
      answerTo: () => undefined,
      isIdle: () => true,
      maxRequests: 100,
      answering: new EndOfTurn(call),
      unlessTaken: () => () => undefined,
    });
    const waiting: (() => void)[] = [];
    server.on('request', (request, response) => {
      // Nobody reads a body before all have begun to send.
      waiting.push(() => void buffer(request).then((body) => response.end(body)));
      if (waiting.length === 4) for (const read of waiting) read();
    });
    const port = await listen(server);

    const bodies = [5, 6, 7, 8].map((connection) => bytesOf(connection, 500_000));
    const answers = await Promise.all(
      bodies.map(async (body) => {
        const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', agent: false }).end(body);
        const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
        return buffer(response);
      }),
    );

    expect(answers.every((answer, n) => answer.equals(bodies[n] ?? answer.subarray(1)))).toBe(true);
  });
});
