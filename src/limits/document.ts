import type { DocumentNode } from 'graphql';
import { assertAliases } from './aliases.ts';
import { assertDepth } from './depth.ts';
import { assertDirectives } from './directives.ts';
import { assertFields } from './fields.ts';
import { assertRepeats } from './repeats.ts';

/** What a document may hold, whatever its variables. */
export interface DocumentLimits {
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
  readonly maxFields: number;
}

/**
 * Refuses a document over a limit. It need not be valid: it is cheaper to count than to validate.
 *
 * @throws {GatewayError} `OPERATION_TOO_EXPENSIVE` that says which limit, and by how much
 */
export function assertDocument(document: DocumentNode, limits: DocumentLimits): void {
  assertDepth(document, limits.maxDepth);
  assertAliases(document, limits.maxAliases);
  assertDirectives(document, limits.maxDirectives);
  assertFields(document, limits.maxFields);
  assertRepeats(document, limits);
}
