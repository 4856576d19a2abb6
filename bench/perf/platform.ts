import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { adopt, environment, ROOT, type RunningProcess } from '../support/processes.ts';
import type { PlatformOrder } from './platformProcess.ts';

/** The platform, in a process of its own. */
export interface Platform extends RunningProcess {
  readonly url: string;
  /** How long it waits before each answer from now on. */
  setLatency(latencyMs: number): Promise<void>;
  /** How many calls for data it has had since the last time. */
  takeCalls(): Promise<number>;
}

/** Starts it on a port of the system's choosing. */
export async function startPlatform(): Promise<Platform> {
  const program = fileURLToPath(new URL('platformProcess.ts', import.meta.url));
  const child = fork(program, { cwd: ROOT, env: environment(), execArgv: ['--import', 'tsx'] });
  const started = adopt(child, 'The platform');
  const [url] = (await once(child, 'message')) as [string];
  let order: PlatformOrder = { latencyMs: 0 };

  async function takeCalls(): Promise<number> {
    const answered = once(child, 'message');
    child.send(order);
    const [calls] = (await answered) as [number];
    return calls;
  }

  return {
    ...started,
    url,
    async setLatency(latencyMs) {
      order = { latencyMs };
      await takeCalls();
    },
    takeCalls,
  };
}
