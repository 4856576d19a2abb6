import pLimit from 'p-limit';
import type { PlatformCall } from './call.ts';
import { waitFor } from './waitFor.ts';

/** At most `maxConcurrent` calls of all operations under way; the others wait their turn, first come first served. */
export function withConcurrencyLimit(call: PlatformCall, maxConcurrent: number): PlatformCall {
  const limit = pLimit(maxConcurrent);
  return (request, context) => {
    const { signal } = context;
    const turn = limit(() => {
      // Whoever has left while waiting costs no call.
      signal.throwIfAborted();
      return call(request, context);
    });
    return waitFor(turn, signal);
  };
}
