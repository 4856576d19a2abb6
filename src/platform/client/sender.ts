import type { Clock } from '../../domain/clock.ts';
import { GatewayError } from '../../domain/errors.ts';
import { DEADLINE } from '../../domain/operation.ts';
import { Stop } from '../../domain/stop.ts';
import type { Telemetry } from '../../domain/telemetry.ts';
import type { PlatformAnswer } from '../answer/answer.ts';
import { attempt } from './attempt.ts';
import type { CallContext } from './call.ts';
import type { EndpointName } from '../answer/endpointName.ts';
import type { HttpRequest, Transport } from '../transport/http.ts';
import { PlatformProblem } from '../answer/problem.ts';
import type { QuotaGate } from '../quota/quotaGate.ts';

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
  readonly telemetry: Telemetry;
}): Sender {
  const { clock, gate, telemetry } = options;
  return (endpoint, request, context) =>
    gate.pass(context, async () => {
      context.meter.platformCalls += 1;
      const { signal, secondChance } = context;
      const sentAtMs = clock.monotonicMs();
      const cut = new Stop();
      const leave = () => cut.abort(signal.reason);
      if (signal.aborted) leave();
      signal.addEventListener('abort', leave);
      const cancel = clock.after(secondChance?.afterMs ?? Infinity, () => {
        if (secondChance?.take() === true) cut.abort(noAnswer(endpoint, 'transient'));
      });
      try {
        const answer = await attempt(options, endpoint, request, cut);
        telemetry.platformCallEnded(endpoint, 'ok', clock.monotonicMs() - sentAtMs);
        return answer;
      } catch (error) {
        const durationMs = clock.monotonicMs() - sentAtMs;
        // The deadline came first. Had the platform had its time, that it did not answer is its failure.
        const isDeadline =
          error === signal.reason && error instanceof GatewayError && error.code === 'PLATFORM_TIMEOUT';
        const isSlow = isDeadline && durationMs >= FAIR_MS && error.facts.detail === DEADLINE;
        const failure = isSlow ? noAnswer(endpoint, 'final') : error;
        // Anything else that ends it is the asker's reason for leaving: it tells nothing of the platform.
        if (failure instanceof PlatformProblem) {
          telemetry.platformCallEnded(endpoint, failure.code, durationMs, failure.facts.detail);
        } else {
          telemetry.platformCallEnded(endpoint, 'abandoned', durationMs);
        }
        throw failure;
      } finally {
        cancel();
        signal.removeEventListener('abort', leave);
      }
    });
}

/** A platform that has not answered by then is slow, whatever the caller's own deadline. */
const FAIR_MS = 400;

function noAnswer(endpoint: EndpointName, kind: 'transient' | 'final'): PlatformProblem {
  return new PlatformProblem('PLATFORM_TIMEOUT', kind, { endpoint, detail: 'no answer in time' });
}
