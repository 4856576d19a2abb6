import { GatewayError } from '../domain/errors.ts';

/**
 * Refuses an operation that would cost more platform calls than one may, before the first is made.
 *
 * @throws {GatewayError} `OPERATION_TOO_EXPENSIVE` that says how much it asks for and how much is allowed
 */
export function assertAffordable(plannedCalls: number, maxCalls: number): void {
  if (plannedCalls <= maxCalls) return;
  throw new GatewayError('OPERATION_TOO_EXPENSIVE', {
    publicMessage: `The operation asks for ${plannedCalls} platform calls; ${maxCalls} are allowed.`,
  });
}
