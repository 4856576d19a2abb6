import type { Config } from '../config/index.ts';
import type { Clock } from '../domain/clock.ts';
import { startSandbox, type Sandbox } from '../sandbox/server.ts';

/** The embedded sandbox, as far as it must be known to ask it. */
export type SandboxFacts = Pick<Sandbox, 'url' | 'credentials' | 'firstCustomerId'>;

/** The platform where there is none: on this machine, on a port of the system's choosing. */
export function startEmbeddedSandbox({ sandbox }: Config, clock: Clock): Promise<Sandbox> {
  return startSandbox({
    host: '127.0.0.1',
    port: 0,
    now: () => clock.now(),
    latencyMs: sandbox.latencyMs,
    faults: sandbox.faults,
    requestsPerMinute: sandbox.requestsPerMinute,
  });
}
