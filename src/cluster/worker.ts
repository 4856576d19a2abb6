import { startWorkerGateway, type WorkerGateway } from '../app/gateway.ts';
import type { Surroundings } from '../app/surroundings.ts';
import type { Config } from '../config/index.ts';
import { asError } from '../domain/errors.ts';
import type { ToPrimary, ToWorker } from './messages.ts';
import { RemoteQuota } from './remoteQuota.ts';

type Begin = Extract<ToWorker, { kind: 'begin' }>;
type Question = Extract<ToWorker, { kind: 'ask' }>;

/**
 * Serves the public port with the other workers of its primary process, until that says to end. Signals go to the primary,
 * which may have reasons to wait; when the primary dies, its workers die with it.
 *
 * @returns the exit code: 1 when it could not begin, of which the primary then knows why
 */
export async function runWorker(config: Config, surroundings: Surroundings): Promise<0 | 1> {
  // A terminal and some supervisors send the signal to every process.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => undefined);
  const parts: { quota?: RemoteQuota; gateway?: WorkerGateway } = {};
  const begun = settler<Begin>();
  const closed = settler<undefined>();
  process.on('message', (message: ToWorker) => {
    switch (message.kind) {
      case 'begin':
        begun.settle(message);
        break;
      case 'place':
        parts.quota?.answered(message);
        break;
      case 'sight':
        parts.quota?.seen(message.sight);
        break;
      case 'ask':
        if (parts.gateway !== undefined) void answer(message, parts.gateway);
        break;
      case 'close':
        closed.settle(undefined);
    }
  });
  void tell({ kind: 'hello' });
  const { sandbox, maxConcurrent, sight } = await begun.promise;
  const quota = new RemoteQuota({
    tell: (message) => void tell(message),
    clock: surroundings.clock,
    sight,
    workers: config.workers,
  });
  parts.quota = quota;
  try {
    parts.gateway = await startWorkerGateway(config, surroundings, { sandbox, quota, maxConcurrent });
  } catch (error) {
    await tell({ kind: 'failed', reason: asError(error).message });
    return 1;
  }
  void tell({ kind: 'listening', url: parts.gateway.url });
  await closed.promise;
  await parts.gateway.close();
  return 0;
}

async function answer({ question, about }: Question, { shown }: WorkerGateway): Promise<void> {
  const kind = 'answer';
  await tell(
    about === 'health' ? { kind, question, health: shown.health() } : { kind, question, metrics: await shown.report() },
  );
}

/** Says something to the primary process; resolves once it is said, or cannot be. */
function tell(message: ToPrimary): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });
}

/** A promise, and what settles it. */
function settler<T>(): { readonly promise: Promise<T>; readonly settle: (value: T) => void } {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => (settle = resolve));
  return { promise, settle };
}
