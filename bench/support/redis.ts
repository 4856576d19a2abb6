import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { adopt, environment, freePort, type RunningProcess } from './processes.ts';

/** A real Redis of the bench's own: nothing on disk, nobody else in it. */
export interface RedisProcess extends RunningProcess {
  readonly url: string;
  readonly port: number;
}

const START_TIMEOUT_MS = 10_000;

/**
 * Starts the machine's `redis-server`, on a free port unless said.
 *
 * @throws where there is none
 */
export async function startRedis(askedPort?: number): Promise<RedisProcess> {
  const port = askedPort ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'loyalty-graph-bench-redis-'));
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const child = spawn('redis-server', options, { env: environment(), stdio: 'ignore' });
  const missing = new Promise<never>((_resolve, reject) => child.once('error', reject));
  missing.catch(() => undefined);
  await Promise.race([new Promise((resolve) => child.once('spawn', resolve)), missing]);
  const started = adopt(child, 'redis-server');
  void started.ended.then(() => rmSync(folder, { recursive: true, force: true }));
  const untilMs = performance.now() + START_TIMEOUT_MS;
  while (!(await answersPing(port))) {
    if (performance.now() > untilMs) throw new Error('redis-server does not answer.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { ...started, url: `redis://127.0.0.1:${port}`, port };
}

/** Deletes the keys that a pattern names; how many there were. */
export async function deleteKeys(port: number, pattern: string): Promise<number> {
  const client = new Redis(port, '127.0.0.1');
  const keys = await client.keys(pattern);
  const deleted = keys.length === 0 ? 0 : await client.del(...keys);
  client.disconnect();
  return deleted;
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const end = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.once('data', (chunk) => end(chunk.toString().startsWith('+PONG')));
    socket.once('error', () => end(false));
  });
}
