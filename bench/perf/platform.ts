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
}

/** Starts it on a port of the system's choosing. */
export async function startPlatform(): Promise<Platform> {
  const program = fileURLToPath(new URL('platformProcess.ts', import.meta.url));
  const child = fork(program, { cwd: ROOT, env: environment(), execArgv: ['--import', 'tsx'] });
  const started = adopt(child, 'The platform');
  const [url] = (await once(child, 'message')) as [string];
  return {
    ...started,
    url,
    async setLatency(latencyMs) {
      const done = once(child, 'message');
      child.send({ latencyMs } satisfies PlatformOrder);
      await done;
    },
  };
}
