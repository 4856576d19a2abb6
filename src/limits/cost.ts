import { tooExpensive } from './excess.ts';

/**
 * Refuses an operation that would cost more platform calls than one may, before the first is made.
 *
 * @throws {GatewayError} `OPERATION_TOO_EXPENSIVE` that says how much it asks for and how much is allowed
 */
export function assertAffordable(plannedCalls: number, maxCalls: number): void {
  if (plannedCalls <= maxCalls) return;
  throw tooExpensive(`asks for ${plannedCalls} platform calls; ${maxCalls} are allowed`);
}
