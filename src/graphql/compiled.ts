import type { DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { fieldsIn, isCompilable } from './compilable.ts';
import type { Coerce } from './coercion.ts';
import type { OperationContext } from './context.ts';

/** Runs an operation as compiled code; undefined where its answer is left to graphql-js. */
export type Run = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | undefined,
  context: OperationContext,
) => Promise<Answered | undefined>;

/** What an operation without errors is answered with. */
export interface Answered {
  readonly data: Record<string, unknown>;
}

/** An operation as code of its own. */
type Plan = (
  context: OperationContext,
  variables: Readonly<Record<string, unknown>>,
) => Promise<ExecutionResult> | ExecutionResult;

export interface CompiledOptions {
  readonly schema: GraphQLSchema;
  readonly coerce: Coerce;
}

/** Frontends have some dozens of operations. */
const MAX_PLANS = 256;
/** Of all plans together. One takes some 4 kB a field, and up to 7 ms to make. */
const MAX_PLANNED_FIELDS = 8000;
/** What comes once is not worth a plan. */
const COMPILED_AT_USE = 2;
/**
 * Runs operations that come again as compiled code.
 *
 * What the two do differently is left to graphql-js: documents with the features that {@link isCompilable} names, variables
 * that do not fit, and any operation that ends with an error. That is run once more: its loaders know what was read, so
 * nothing is asked of the platform for it, and its errors are graphql-js's own.
 */
export function createCompiledRun({ schema, coerce }: CompiledOptions): Run {
  const plans = new LRUCache<OperationDefinitionNode, Plan>({ max: MAX_PLANS, maxSize: MAX_PLANNED_FIELDS });
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
    else plans.set(operation, plan, { size: Math.max(1, fieldsIn(document)) });
    return plan;
  }

  return (document, operation, variables, context) => {
    const { ending } = context;
    if (ending.compiled !== undefined) return NOT_RUN;
    const { coerced } = coerce(context, operation, variables);
    // Strangers have next to nothing to run, and are the most there are.
    const plan = coerced === undefined || !context.viewer.isAuthenticated ? undefined : planOf(document, operation);
    if (plan === undefined || coerced === undefined) return NOT_RUN;
    // Whatever went wrong, graphql-js will say it in its own words.
    const answered = ({ data, errors }: ExecutionResult): Answered | undefined => {
      if (errors === undefined && data !== undefined && data !== null) {
        ending.compiled = 'answered';
        return { data };
      }
      ending.compiled = 'left';
      context.loaders.restart();
      return undefined;
    };
    try {
      const result = plan(context, coerced);
      return result instanceof Promise ? result.then(answered, () => answered({})) : Promise.resolve(answered(result));
    } catch {
      return Promise.resolve(answered({}));
    }
  };
}

const NOT_RUN = Promise.resolve(undefined);

function compile(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Plan | undefined {
  const compiled = compileQuery(schema, document, operation.name?.value);
  if (!isCompiledQuery(compiled)) return undefined;
  return (context, variables) => compiled.query(undefined, context, variables);
}
