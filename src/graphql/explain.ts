import {
  getOperationAST,
  getVariableValues,
  GraphQLError,
  parse,
  validate,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { assertDocument, type DocumentLimits } from '../limits/document.ts';
import { createListCheck } from '../limits/lists.ts';
import { assertNesting } from '../limits/nesting.ts';
import { assertTokens } from '../limits/tokens.ts';
import { ARGUMENT_CHECKS } from './plugins/inputs.ts';
import { createShapes } from './documentShape.ts';
import type { OperationList } from './persisted/operationList.ts';
import { createPlan } from './plan.ts';
import { createSchema } from './schema.ts';

/** What would be asked, to be priced. */
export interface ExplainedOperation {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly federation: boolean;
  readonly ledgerPageSize: number;
  readonly limits: DocumentLimits & { readonly maxTokens: number; readonly maxListLength: number };
  /** Platform calls that one operation may ask for; one of the list. */
  readonly maxPlatformCalls: number;
  readonly maxListedCalls: number;
  /** Operations to which the limits of a document do not apply. */
  readonly list: OperationList;
}

/** What an operation would cost, and what it may. */
export interface ExplainedPrice {
  readonly planned: number;
  readonly allowed: number;
}

/**
 * How many platform calls an operation plans, without running it: `extensions.platform.planned` of a run.
 *
 * @throws {GraphQLError} for a document or variables that would be refused
 * @throws {GatewayError} `BAD_USER_INPUT` for arguments that would be, `OPERATION_TOO_EXPENSIVE` for a document over a limit
 */
export async function explainOperation(options: ExplainedOperation): Promise<ExplainedPrice> {
  const { variables, federation, ledgerPageSize, limits } = options;
  const schema = await createSchema({ federation, ledgerPageSize });
  const document = documentOf(options, schema);
  const operation = getOperationAST(document);
  if (operation === null || operation === undefined) throw new GraphQLError('The document must hold one operation.');
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (coerced === undefined) throw errors[0] ?? new GraphQLError('The variables do not fit.');
  const shapeOf = createShapes(schema);
  const shape = shapeOf(document);
  for (const field of shape.selectedFields(operation, coerced)) {
    ARGUMENT_CHECKS[field.coordinate]?.(shape.argumentsOf(field, coerced) as never);
  }
  createListCheck(limits.maxListLength)(document, variables);
  const planCalls = createPlan(schema, shapeOf, { ledgerPageSize });
  const planned = planCalls(document, operation, coerced, { mayReadAny: true });
  return { planned, allowed: options.list.has(document) ? options.maxListedCalls : options.maxPlatformCalls };
}

/** The document, valid, and within the limits unless it is listed. */
function documentOf({ text, limits, list }: ExplainedOperation, schema: GraphQLSchema): DocumentNode {
  // A file ends with a line break that the listed text has not.
  const listed = list.byText(text.trim());
  if (listed !== undefined) return listed.document;
  assertTokens(text, limits.maxTokens);
  assertNesting(text);
  const document = parse(text);
  assertDocument(document, limits);
  const [invalid] = validate(schema, document);
  if (invalid !== undefined) throw invalid;
  return document;
}
