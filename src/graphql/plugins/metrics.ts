import type { Clock } from '../../domain/clock.ts';
import type { Telemetry } from '../../domain/telemetry.ts';
import { outcomeOf } from '../outcome.ts';
import type { OperationHooks } from './hooks.ts';

/** Counts operations by how they ended and how long they took, and requests that held none. */
export function metricsPlugin(options: { readonly telemetry: Telemetry; readonly clock: Clock }): OperationHooks {
  const { telemetry, clock } = options;
  return {
    invalidRequestWasReceived() {
      telemetry.requestRefused('BAD_REQUEST');
    },
    willSendResponse(request) {
      telemetry.operationEnded(outcomeOf(request), clock.monotonicMs() - request.contextValue.startedAtMs);
    },
  };
}
