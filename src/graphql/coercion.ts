import { getVariableValues, type GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { Variables } from './documentShape.ts';

/** The variables of one request, coerced, or why they cannot be. */
export type Coerced =
  | { readonly coerced: Variables; readonly errors?: never }
  | { readonly errors: readonly GraphQLError[]; readonly coerced?: never };

/** What one request's variables were coerced to, and for which of its document's operations. */
export interface KnownCoercion {
  readonly operation: OperationDefinitionNode;
  readonly result: Coerced;
}

/** Coerces the variables of a request for an operation. */
export type Coerce = (
  request: { coercion?: KnownCoercion },
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | undefined,
) => Coerced;

/** Coerces each request's variables once, whoever asks for them, as the executor does. What comes of it is kept with it. */
export function createCoercion(schema: GraphQLSchema, maxErrors: number): Coerce {
  return (request, operation, variables) => {
    const before = request.coercion;
    if (before?.operation === operation) return before.result;
    const result = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, { maxErrors });
    request.coercion = { operation, result };
    return result;
  };
}
