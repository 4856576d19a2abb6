import type { ApolloServerPlugin } from '@apollo/server';
import type { Clock } from '../../domain/clock.ts';
import type { Telemetry } from '../../domain/telemetry.ts';
import type { OperationContext } from '../context.ts';
import { outcomeOf } from '../outcome.ts';

/** Counts operations by how they ended and how long they took, and requests that held none. */
export function metricsPlugin(options: {
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}): ApolloServerPlugin<OperationContext> {
  const { telemetry, clock } = options;
  return {
    invalidRequestWasReceived() {
      telemetry.requestRefused('BAD_REQUEST');
      return Promise.resolve();
    },
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse(request) {
          telemetry.operationEnded(outcomeOf(request), clock.monotonicMs() - request.contextValue.startedAtMs);
          return Promise.resolve();
        },
      }),
  };
}
