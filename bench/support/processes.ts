import { fork, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { processEnvironment } from '../../src/config/index.ts';
import type { PlatformRecord, PlatformRules } from './platform.ts';
import type { PlatformCommand, PlatformMessage } from './platformProcess.ts';

/** The project's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** How a process ended. */
export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of the bench, and what it costs. */
export interface RunningProcess {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** CPU time so far, of all its threads. */
  cpuSeconds(): number;
  /** Memory now. */
  rssBytes(): number;
  kill(signal: NodeJS.Signals): void;
}

const running = new Set<ChildProcess>();

/** Ends what is still there. */
export async function endAll(): Promise<void> {
  const ends = [...running].map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(ends);
}

/** PATH and no other variable of the machine's: what a program does then hangs on what the bench says. */
export function environment(variables: Readonly<Record<string, string>> = {}): Record<string, string> {
  const path = processEnvironment()['PATH'];
  return { ...(path === undefined ? {} : { PATH: path }), ...variables };
}

/** Takes a child process in, so that it is ended with the bench, and its cost can be asked. */
export function adopt(child: ChildProcess, name: string): RunningProcess {
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} did not start.`);
  running.add(child);
  const ended = new Promise<Ended>((resolve) => {
    child.once('exit', (exitCode, signal) => {
      running.delete(child);
      resolve({ exitCode, signal });
    });
  });
  return {
    pid,
    ended,
    cpuSeconds() {
      // After the name in brackets: field 14 and 15 are user and system time, in ticks of 10 ms.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    rssBytes() {
      const kilobytes = /^VmRSS:\s+([0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return 1024 * Number(kilobytes ?? 0);
    },
    kill: (signal) => void child.kill(signal),
  };
}

/** A gateway, or another program that serves GraphQL. */
export interface ServerProcess extends RunningProcess {
  readonly url: URL;
}

/**
 * Runs a program and waits until it has printed where it serves; `pattern` captures the address.
 *
 * @throws when it ends before
 */
export async function startServer(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  pattern: RegExp,
): Promise<ServerProcess> {
  const child = spawn(process.execPath, args, { cwd: ROOT, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const started = adopt(child, args.join(' '));
  let printed = '';
  const url = await new Promise<URL>((resolve, reject) => {
    const look = (chunk: Buffer) => {
      printed += chunk.toString();
      const match = pattern.exec(printed);
      if (match?.[1] === undefined) return;
      child.stdout.off('data', look).resume(); // From now on its log is read and dropped.
      resolve(new URL(match[1]));
    };
    child.stdout.on('data', look);
    child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    void started.ended.then(() => reject(new Error(`It ended before it served:\n${printed}`)));
  });
  return { ...started, url };
}

/** Runs the built gateway with these variables and no others. */
export function startGateway(env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  return startServer(['dist/main.js', 'serve'], { PORT: '0', ...env }, /"url":"(http:[^"]+)".*"msg":"listening"/);
}

/** The platform in a process of its own. */
export interface PlatformProcess extends RunningProcess {
  readonly url: string;
  rule(rules: Partial<PlatformRules>): Promise<unknown>;
  takeRecord(): Promise<PlatformRecord>;
  stop(): Promise<unknown>;
  resume(): Promise<unknown>;
}

/** Starts one. */
export async function startPlatform(rules: Partial<PlatformRules> = {}): Promise<PlatformProcess> {
  const program = fileURLToPath(new URL('platformProcess.ts', import.meta.url));
  const child = fork(program, { cwd: ROOT, env: environment(), execArgv: ['--import', 'tsx'] });
  const started = adopt(child, 'The platform');
  let asked = 0;
  const waiting = new Map<number, (content: unknown) => void>();
  child.on('message', ({ number, content }: PlatformMessage<unknown>) => {
    waiting.get(number)?.(content);
    waiting.delete(number);
  });
  const url = await new Promise<string>((resolve, reject) => {
    waiting.set(0, (content) => resolve(content as string));
    void started.ended.then(() => reject(new Error('The platform ended before it served.')));
  });
  const ask = (content: PlatformCommand): Promise<unknown> =>
    new Promise((resolve) => {
      const number = (asked += 1);
      waiting.set(number, resolve);
      child.send({ number, content });
    });
  await ask({ name: 'rule', rules });
  return {
    ...started,
    url,
    rule: (change) => ask({ name: 'rule', rules: change }),
    takeRecord: async () => (await ask({ name: 'takeRecord' })) as PlatformRecord,
    stop: () => ask({ name: 'stop' }),
    resume: () => ask({ name: 'resume' }),
  };
}

/** A port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
