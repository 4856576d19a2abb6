import type { DocumentNode } from 'graphql';
import { GatewayError } from '../domain/errors.ts';
import { assertAliases } from './aliases.ts';
import { assertDepth } from './depth.ts';
import { assertDirectives } from './directives.ts';
import { assertFields } from './fields.ts';

/** What a document may hold, whatever its variables. */
export interface DocumentLimits {
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
  readonly maxFields: number;
}

/**
 * The check of parsed documents, made once for each: who sends one again is told the same for nothing.
 *
 * The check throws {GatewayError} `OPERATION_TOO_EXPENSIVE` that says which limit, and by how much.
 */
export function createDocumentCheck(limits: DocumentLimits): (document: DocumentNode) => void {
  const excesses = new WeakMap<DocumentNode, GatewayError | false>();
  return (document) => {
    const excess = excesses.get(document) ?? excessOf(document, limits);
    excesses.set(document, excess);
    if (excess !== false) throw excess;
  };
}

function excessOf(document: DocumentNode, limits: DocumentLimits): GatewayError | false {
  try {
    assertDepth(document, limits.maxDepth);
    assertAliases(document, limits.maxAliases);
    assertDirectives(document, limits.maxDirectives);
    assertFields(document, limits.maxFields);
    return false;
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}
