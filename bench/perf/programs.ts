import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adopt, environment, ROOT, type RunningProcess } from '../support/processes.ts';

/** A program that answers the operations of the bench. */
export interface Program {
  /** As the table names it. */
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Captures in what it prints where it serves. */
  readonly serves: RegExp;
}

/** What programs are started with. */
export interface Surroundings {
  readonly platformUrl: string;
  /** The gateway's build: a folder with `main.js`. */
  readonly dist: string;
  readonly issuerEnv: Readonly<Record<string, string>>;
}

/** The largest quota there is: what is measured is the program, not the platform's limit. */
const QUOTA = '1000000';
const MAX_CONCURRENT = '1000';

/** The gateway with everything on, as in production; only the quota and what is under way at once are larger. */
export function gateway(
  httpClient: 'got' | 'undici',
  { platformUrl, dist, issuerEnv }: Surroundings,
  env: Readonly<Record<string, string>> = {},
): Program {
  return {
    name: `loyalty-graph, ${httpClient}`,
    args: [join(dist, 'main.js'), 'serve'],
    env: {
      NODE_ENV: 'production',
      PORT: '0',
      ADMIN_PORT: '0',
      CAPILLARY_BASE_URL: platformUrl,
      CAPILLARY_CLIENT_KEY: 'bench',
      CAPILLARY_CLIENT_SECRET: 'secret-of-the-bench',
      CAPILLARY_REQUESTS_PER_MINUTE: QUOTA,
      CAPILLARY_MAX_CONCURRENT: MAX_CONCURRENT,
      CAPILLARY_HTTP_CLIENT: httpClient,
      ...issuerEnv,
      ...env,
    },
    serves: /"url":"(http:[^"]+)".*"msg":"listening"/,
  };
}

/** One of `bench/peers/`. */
export function peer(name: string, file: string, { platformUrl }: Surroundings, ...args: readonly string[]): Program {
  return {
    name,
    args: [join(ROOT, 'bench/dist/peers', file), platformUrl, ...args],
    env: { NODE_ENV: 'production' },
    serves: /serves at (http:\S+)/,
  };
}

/** A program that runs. */
export interface RunningProgram extends RunningProcess {
  readonly url: URL;
  readonly startedMs: number;
  /** How many processes it is. */
  processes(): number;
  /** Empties the file that its log goes to. */
  emptyLog(): void;
  end(): Promise<void>;
}

/** What a program runs on while it is timed; load and platform run on the other core. */
export const PROGRAM_CORE = '0';
export const BENCH_CORE = '1';
/** What it runs on while only its answers count, or its start. */
export const ALL_CORES = '0,1';

/** Has this process run on some cores from now on, and what it starts. */
export function pin(cores: string): void {
  const args = ['--all-tasks', '--cpu-list', '--pid', cores, String(process.pid)];
  execFileSync('taskset', args, { stdio: 'ignore' });
}

/** Starts a program on some cores, its log in a file of its own, and waits until it says where it serves. */
export async function start({ name, args, env, serves }: Program, cores: string): Promise<RunningProgram> {
  const folder = mkdtempSync(join(LOG_FOLDER, 'loyalty-graph-bench-'));
  const file = join(folder, 'log');
  const log = openSync(file, 'a');
  const startedMs = performance.now();
  // taskset becomes the program: the process that is measured is the one that is started.
  const child = spawn('taskset', ['--cpu-list', cores, process.execPath, ...args], {
    cwd: ROOT,
    env: environment(env),
    stdio: ['ignore', log, log],
  });
  const started = adopt(child, name);
  let hasEnded = false;
  const ended = started.ended.then((how) => {
    hasEnded = true;
    closeSync(log);
    rmSync(folder, { recursive: true, force: true });
    return how;
  });
  const url = await whenServing();

  async function whenServing(): Promise<URL> {
    for (;;) {
      if (hasEnded) throw new Error(`${name} ended before it served.`);
      const printed = readFileSync(file, 'utf8');
      const match = serves.exec(printed)?.[1];
      if (match !== undefined) return new URL(match);
      if (performance.now() - startedMs > START_TIMEOUT_MS) throw new Error(`${name} does not serve:\n${printed}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  return {
    ...started,
    ended,
    url,
    startedMs,
    cpuSeconds: () => sumOver(started.pid, cpuSecondsOf),
    rssBytes: () => sumOver(started.pid, rssBytesOf),
    processes: () => sumOver(started.pid, () => 1),
    emptyLog: () => ftruncateSync(log),
    async end() {
      started.kill('SIGTERM');
      await ended;
    },
  };
}

const START_TIMEOUT_MS = 20_000;
/** In memory where that can be: a program's log goes through a pipe in production, and seldom to a disk. */
const LOG_FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Over a process and its children: a program may be several. */
function sumOver(pid: number, figureOf: (pid: number) => number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  return children.reduce((sum, child) => sum + sumOver(child, figureOf), figureOf(pid));
}

/** CPU time of all threads so far, in ticks of 10 ms. */
function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function rssBytesOf(pid: number): number {
  return 1024 * Number(/^VmRSS:\s+([0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}
