import type { DocumentNode } from 'graphql';
import { assertAtMost } from './excess.ts';
import { largestOperation, sum } from './selections.ts';

/**
 * Refuses more aliases than allowed, counted wherever a fragment is spread, `__typename` like any other field: aliases
 * are how one document asks the same of many.
 *
 * @throws {GatewayError} `OPERATION_TOO_EXPENSIVE` with both figures
 */
export function assertAliases(document: DocumentNode, maxAliases: number): void {
  const aliases = largestOperation(document, {
    ofField: ({ alias }, below) => below + (alias === undefined ? 0 : 1),
    ofFragment: (within) => within,
    together: sum,
  });
  assertAtMost(aliases, maxAliases, 'aliases');
}
