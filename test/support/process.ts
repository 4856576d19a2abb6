import { spawn, type ChildProcess } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

type Environment = Readonly<Record<string, string>>;

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of the built program. */
export interface Run {
  readonly child: ChildProcess;
  /** Resolves with what the first capture of `pattern` matched on standard output. */
  readonly printed: (pattern: RegExp) => Promise<string>;
  readonly ended: Promise<Ended>;
}

const runs: Run[] = [];

/** Ends whatever a test has left running. */
export async function endAll(): Promise<void> {
  for (const { child } of runs) child.kill('SIGKILL');
  await Promise.all(runs.splice(0).map(({ ended }) => ended));
}

/** Runs the program with these variables and no others but PATH. */
export function run(args: readonly string[], env: Environment = {}): Run {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let soFar = '';
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    soFar += chunk;
    for (const look of watchers) look();
  });
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const ended = Promise.all([closed, text(child.stderr)]).then(([exitCode, stderr]) => ({
    exitCode,
    stdout: soFar,
    stderr,
  }));
  const printed = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(soFar);
        if (match !== null) resolve(match[1] ?? match[0]);
      };
      watchers.add(look);
      look();
      ended.then(({ stderr }) => reject(new Error(`It ended without printing ${String(pattern)}: ${stderr}`)), reject);
    });
  const started = { child, printed, ended };
  runs.push(started);
  return started;
}

/** Runs `serve` on ports of the system's choosing, and gives its URLs from the log line that says so. */
export async function serve(env: Environment = {}): Promise<Run & { readonly url: string; readonly adminUrl: string }> {
  const started = run(['serve'], { PORT: '0', ADMIN_PORT: '0', ...env });
  const line = await started.printed(/^(\{.*"msg":"listening".*\})$/m);
  const { url, adminUrl } = JSON.parse(line) as { url: string; adminUrl: string };
  return { ...started, url, adminUrl };
}

/** Posts a query, and resolves once the gateway has taken the request in; `answer` is what it answers later. */
export function begin(url: string, query: string): Promise<{ readonly answer: Promise<string> }> {
  const body = JSON.stringify({ query });
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, {
      method: 'POST',
      agent: false,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        expect: '100-continue', // So that it says when it has seen the headers.
      },
    });
    const answer = new Promise<string>((answered, failed) => {
      outgoing.once('response', (incoming) => void text(incoming).then(answered, failed));
      outgoing.once('error', failed);
    });
    answer.catch(reject);
    outgoing.once('continue', () => {
      outgoing.end(body);
      resolve({ answer });
    });
    outgoing.flushHeaders();
  });
}
