import type { DocumentNode } from 'graphql';
import { assertAtMost } from './excess.ts';
import { largestOperation, sum } from './selections.ts';

/**
 * Refuses more fields than allowed, counted wherever a fragment is spread: fragments that spread fragments spell out a
 * document that is exponential in the length of what was sent.
 *
 * @throws {GatewayError} `OPERATION_TOO_EXPENSIVE` with both figures
 */
export function assertFields(document: DocumentNode, maxFields: number): void {
  const fields = largestOperation(document, {
    ofField: (_field, below) => 1 + below,
    ofFragment: (within) => within,
    together: sum,
  });
  assertAtMost(fields, maxFields, 'fields');
}
