import { getVariableValues, type GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { Variables } from './documentShape.ts';

/** The variables of one request, coerced, or why they cannot be. */
export type Coerced =
  | { readonly coerced: Variables; readonly errors?: never }
  | { readonly errors: readonly GraphQLError[]; readonly coerced?: never };

/** Coerces the variables of a request for an operation. */
export type Coerce = (
  request: object,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | undefined,
) => Coerced;

/**
 * Coerces each request's variables once, whoever asks for them, as the executor does. A request is known by the object it
 * is, for as long as it lives.
 */
export function createCoercion(schema: GraphQLSchema, maxErrors: number): Coerce {
  const known = new WeakMap<object, { readonly operation: OperationDefinitionNode; readonly result: Coerced }>();
  return (request, operation, variables) => {
    const before = known.get(request);
    if (before?.operation === operation) return before.result;
    const result = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, { maxErrors });
    known.set(request, { operation, result });
    return result;
  };
}
