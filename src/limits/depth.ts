import type { DocumentNode } from 'graphql';
import { tooExpensive } from './excess.ts';
import { largestOperation } from './selections.ts';

/** What is below these costs no call and is deep by nature; graphql-js has a rule of its own against circles there. */
const INTROSPECTION: ReadonlySet<string> = new Set(['__schema', '__type']);

/**
 * Refuses a document that nests deeper than allowed. Fields count as a level, and so do fragments, spread or inline: a
 * thousand of them around one field are work too.
 *
 * @throws {GatewayError} `OPERATION_TOO_EXPENSIVE` with both figures
 */
export function assertDepth(document: DocumentNode, maxDepth: number): void {
  const depth = largestOperation(document, {
    ofField: ({ name }, below) => 1 + (INTROSPECTION.has(name.value) ? 0 : below),
    ofFragment: (within) => 1 + within,
    together: Math.max,
  });
  if (depth > maxDepth) throw tooExpensive(`has depth ${depth}; ${maxDepth} is allowed`);
}
