import type { StopSignal } from '../domain/stop.ts';

/**
 * `promise`, or the signal's reason as soon as it aborts. What others still wait for goes on undisturbed.
 */
export function waitFor<T>(promise: Promise<T>, signal: StopSignal): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => undefined); // Nobody here will look at it any more.
    return Promise.reject(signal.reason);
  }
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
