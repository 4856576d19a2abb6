import type { Clock } from '../domain/clock.ts';
import type { PlatformAnswer } from './answer.ts';
import { attempt } from './attempt.ts';
import type { CallContext } from './call.ts';
import type { EndpointName } from './endpointName.ts';
import type { HttpRequest, Transport } from './http.ts';
import { PlatformProblem } from './problem.ts';
import type { QuotaGate } from './quotaGate.ts';

/**
 * Sends one request through the gate, as soon as it is its turn, and cuts it off when it has had its time. Everything
 * that reaches the platform goes this way, token calls included.
 */
export type Sender = (endpoint: EndpointName, request: HttpRequest, context: CallContext) => Promise<PlatformAnswer>;

/** A sender over one transport and one gate. */
export function createSender(options: {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly gate: QuotaGate;
}): Sender {
  const { clock, gate } = options;
  return (endpoint, request, context) =>
    gate.pass(context, async () => {
      context.meter.platformCalls += 1;
      const { signal, secondChance } = context;
      if (secondChance === undefined) return attempt(options, endpoint, request, signal);
      const cut = new AbortController();
      const cancel = clock.after(secondChance.afterMs, () => {
        if (secondChance.take()) cut.abort(noAnswer(endpoint));
      });
      try {
        return await attempt(options, endpoint, request, AbortSignal.any([signal, cut.signal]));
      } finally {
        cancel();
      }
    });
}

function noAnswer(endpoint: EndpointName): PlatformProblem {
  return new PlatformProblem('PLATFORM_TIMEOUT', 'transient', { endpoint, detail: 'no answer in time' });
}
