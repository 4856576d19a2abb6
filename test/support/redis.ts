import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe } from '@jest/globals';
import { Redis } from 'ioredis';
import { freePort } from './ports.ts';

/** A real Redis of a test's own: in memory, on a port that stays its own while it is down. */
export interface TestRedis {
  readonly url: string;
  /** A client beside the gateways', to look and to meddle. */
  readonly client: Redis;
  /** Ends it at once; what it held is lost. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same port. */
  restart(): Promise<void>;
  /** Stops it where it is (SIGSTOP): connections stay, answers do not come. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

/** The machine's redis-server; undefined where there is none. */
function findRedis(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, 'redis-server')).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What needs a real Redis: skipped, and said so, on a machine without one; a failure where CI is set. */
export const describeWithRedis =
  findRedis() === undefined && process.env['CI'] === undefined ? describe.skip : describe;

/** Starts one. @throws where the machine has none */
export async function startRedis(...options: readonly string[]): Promise<TestRedis> {
  const program = findRedis();
  if (program === undefined) throw new Error('There is no redis-server on this machine.');
  const folder = mkdtempSync(join(tmpdir(), 'loyalty-graph-redis-'));
  const port = await freePort();
  let child = await launch(program, port, folder, options);
  const client = new Redis(port, '127.0.0.1', { lazyConnect: true, maxRetriesPerRequest: null, disconnectTimeout: 50 });
  client.on('error', () => undefined);

  return {
    url: `redis://127.0.0.1:${port}`,
    client,
    async kill() {
      await end(child);
    },
    async restart() {
      await end(child);
      child = await launch(program, port, folder, options);
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async close() {
      client.disconnect();
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(program: string, port: number, folder: string, options: readonly string[]) {
  const settings = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const child = spawn(program, ['--port', String(port), ...settings, ...options], { stdio: 'ignore' });
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const tell = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => tell(true)).once('error', () => tell(false));
  });
}
