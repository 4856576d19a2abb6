import { GraphQLError, type DocumentNode, type FieldNode } from 'graphql';
import { badUserInput } from '../../domain/errors.ts';
import {
  parseCustomerArgs,
  parseCustomersArgs,
  parseLedgerBalanceArgs,
  parseLookupArgs,
  parsePointsBalanceArgs,
} from '../arguments.ts';
import type { DocumentShape, SelectedField, Variables } from '../documentShape.ts';
import type { Coerce } from '../coercion.ts';
import { assertAffordable } from '../../limits/cost.ts';
import { createListCheck } from '../../limits/lists.ts';
import type { PlanCalls } from '../plan.ts';
import type { OperationHooks } from './hooks.ts';
import { refusal, refuseUnless } from './refusal.ts';

/** The check of each field that takes arguments; a test holds this list to the schema. */
export const ARGUMENT_CHECKS: Readonly<Record<string, (args: never) => unknown>> = {
  'Query.customer': parseCustomerArgs,
  'Query.customers': parseCustomersArgs,
  'Query.customerByIdentifier': parseLookupArgs,
  'Customer.pointsBalance': parsePointsBalanceArgs,
  'Customer.ledgerBalance': parseLedgerBalanceArgs,
};

/** What an operation may cost, and what its price hangs on. */
export interface InputLimits {
  /** What the operation of this document may cost. */
  readonly maxPlatformCallsOf: (document: DocumentNode) => number;
  readonly maxListLength: number;
}

/** How documents and variables are read. */
export interface InputReading {
  readonly shapeOf: (document: DocumentNode) => DocumentShape;
  readonly coerce: Coerce;
  readonly planCalls: PlanCalls;
}

/**
 * Refuses an operation for its arguments or its price before anything of it runs: HTTP 400, `BAD_USER_INPUT` or
 * `OPERATION_TOO_EXPENSIVE`, and no platform call, not even for its other fields.
 */
export function inputsPlugin(limits: InputLimits, { shapeOf, coerce, planCalls }: InputReading): OperationHooks {
  const assertListLengths = createListCheck(limits.maxListLength);
  const checkArguments = createArgumentCheck();

  return {
    didResolveOperation({ request, schema, document, operation, contextValue }) {
      assertExactNumbers(request.variables);
      // Which operation is meant is not clear: the executor says so.
      if (operation === undefined) return;
      if (!schema.getRootType(operation.operation)) throw noSuchOperations(operation.operation);
      const { coerced } = coerce(contextValue, operation, request.variables);
      // Variables of the wrong type are the executor's to report.
      if (coerced === undefined) return;
      const { viewer, meter } = contextValue;
      const shape = shapeOf(document);
      for (const field of shape.selectedFields(operation, coerced)) {
        const args = checkArguments(shape, field, coerced);
        // Who says how old an answer may be is not to get it from a cache on the way.
        if (typeof args['maxAge'] === 'number') meter.freshUntilMs = -Infinity;
      }
      // Behind the arguments' own rules, which say more of the lists that they know.
      refuseUnless(() => assertListLengths(document, request.variables));
      meter.plannedCalls = planCalls(document, operation, coerced, viewer);
      meter.allowedCalls = limits.maxPlatformCallsOf(document);
      refuseUnless(() => assertAffordable(meter.plannedCalls, meter.allowedCalls));
    },
  };
}

/** The check of a field's arguments; those that hang on no variable are found good once. */
function createArgumentCheck() {
  const good = new WeakSet<FieldNode>();
  return (shape: DocumentShape, field: SelectedField, variables: Variables): Variables => {
    const args = shape.argumentsOf(field, variables);
    if (good.has(field.node)) return args;
    refuseUnless(() => ARGUMENT_CHECKS[field.coordinate]?.(args as never), field.node);
    if (shape.isFixed(field.node)) good.add(field.node);
    return args;
  };
}

/** A JSON number above 2^53 has lost digits while it was parsed: as an id it would be another customer's. */
function assertExactNumbers(variables: unknown): void {
  // Not recursive: how deep they are nested is the caller's choice.
  const left = [variables];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) {
      throw refusal(badUserInput('A number above 2^53 in variables has lost digits: send ids as text.'));
    }
    if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) left.push(each);
  }
}

/** graphql-js would find out only while executing, and call it our mistake. */
function noSuchOperations(kind: string): GraphQLError {
  return new GraphQLError(`This graph has no ${kind}s, only queries.`, {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } },
  });
}
