import {
  execute,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { isCompilable } from './compilable.ts';
import type { Coerce } from './coercion.ts';
import type { OperationContext } from './context.ts';

/** Runs one operation. */
export type Run = (operation: {
  readonly document: DocumentNode;
  /** Undefined where the document has none of this name, or several and no name is given. */
  readonly operation: OperationDefinitionNode | undefined;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  readonly context: OperationContext;
}) => Promise<ExecutionResult>;

/** An operation as code of its own. */
type Plan = (context: OperationContext, variables: Readonly<Record<string, unknown>>) => Promise<ExecutionResult>;

export interface CompiledOptions {
  readonly schema: GraphQLSchema;
  readonly coerce: Coerce;
  readonly maxCoercionErrors: number;
}

/** A plan takes some 20 kB, and a millisecond to make; frontends have some dozens of operations. */
const MAX_PLANS = 256;
/** What comes once is not worth a plan. */
const COMPILED_AT_USE = 2;
/**
 * Runs operations that come again as compiled code, and all others by graphql-js.
 *
 * What the two do differently is left to graphql-js: documents with the features that {@link isCompilable} names, variables
 * that do not fit, and any operation that ends with an error. That is run once more: its loaders know what was read, so
 * nothing is asked of the platform for it, and its errors are graphql-js's own.
 */
export function createCompiledRun({ schema, coerce, maxCoercionErrors }: CompiledOptions): Run {
  const plans = new LRUCache<OperationDefinitionNode, Plan>({ max: MAX_PLANS });
  const uses = new WeakMap<OperationDefinitionNode, number>();

  function planOf(document: DocumentNode, operation: OperationDefinitionNode): Plan | undefined {
    const known = plans.get(operation);
    if (known !== undefined) return known;
    const use = (uses.get(operation) ?? 0) + 1;
    uses.set(operation, use);
    // Once tried and found impossible, or pushed out by what is asked more often, it is not tried each time.
    if (use % COMPILED_AT_USE !== 0 || !isCompilable(document)) return undefined;
    const plan = compile(schema, document, operation);
    if (plan === undefined) uses.set(operation, -Infinity);
    else plans.set(operation, plan);
    return plan;
  }

  return async ({ document, operation, operationName, variables, context }) => {
    const coerced = operation === undefined ? undefined : coerce(context, operation, variables).coerced;
    const plan = operation === undefined || coerced === undefined ? undefined : planOf(document, operation);
    if (plan !== undefined && coerced !== undefined) {
      const result = await plan(context, coerced).catch(() => undefined);
      if (result !== undefined && result.errors === undefined) return result;
      context.loaders.restart();
    }
    return execute({
      schema,
      document,
      contextValue: context,
      variableValues: variables ?? {},
      operationName: operationName ?? null,
      options: { maxCoercionErrors },
    });
  };
}

function compile(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Plan | undefined {
  const compiled = compileQuery(schema, document, operation.name?.value);
  if (!isCompiledQuery(compiled)) return undefined;
  return async (context, variables) => compiled.query(undefined, context, variables);
}
