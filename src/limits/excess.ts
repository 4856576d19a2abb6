import { GatewayError } from '../domain/errors.ts';

/** Counted no further: whoever asks for this much is refused in any case. */
export const MOST_COUNTED = 1_000_000;

/** The refusal of an operation that is over a limit: `what` says by which figure, and how much is allowed. */
export function tooExpensive(what: string): GatewayError {
  return new GatewayError('OPERATION_TOO_EXPENSIVE', { publicMessage: `The operation ${what}.` });
}

/**
 * Refuses more than `max` of something.
 *
 * @throws {GatewayError} `OPERATION_TOO_EXPENSIVE` with both figures
 */
export function assertAtMost(count: number, max: number, things: string): void {
  if (count <= max) return;
  const figure = count > MOST_COUNTED ? `more than ${MOST_COUNTED}` : String(count);
  throw tooExpensive(`has ${figure} ${things}; ${max} are allowed`);
}
