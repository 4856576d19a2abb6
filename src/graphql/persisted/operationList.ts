import {
  getOperationAST,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { manifestError, type ManifestOperation } from './manifest.ts';
import { sha256Of } from './sha256.ts';

/** An operation that the operator knows. */
export interface ListedOperation {
  readonly id: string;
  readonly text: string;
  readonly document: DocumentNode;
}

/** The operations that the operator knows, parsed and valid. */
export interface OperationList {
  byId(id: string): ListedOperation | undefined;
  /** The text must be equal to the letter. */
  byText(text: string): ListedOperation | undefined;
  /** By the SHA-256 of the text, whatever its id. */
  byHash(hash: string): ListedOperation | undefined;
  /** Whether this very document is one of the list's. */
  has(document: DocumentNode): boolean;
}

/** A list of none. */
export const NO_OPERATIONS: OperationList = {
  byId: () => undefined,
  byText: () => undefined,
  byHash: () => undefined,
  has: () => false,
};

export interface OperationListOptions {
  readonly schema: GraphQLSchema;
  /** Whether a listed operation may ask for the schema. */
  readonly introspection: boolean;
}

/**
 * The list of a manifest's operations.
 *
 * @throws {Error} that names each operation that this graph cannot run, and why
 */
export function createOperationList(
  operations: readonly ManifestOperation[],
  options: OperationListOptions,
): OperationList {
  const byId = new Map<string, ListedOperation>();
  const byText = new Map<string, ListedOperation>();
  const byHash = new Map<string, ListedOperation>();
  const documents = new Set<DocumentNode>();
  const problems: string[] = [];

  for (const operation of operations) {
    const { id, name, body: text } = operation;
    if (byId.has(id)) {
      problems.push(`${name}: another operation has its id.`);
      continue;
    }
    try {
      const listed = { id, text, document: byText.get(text)?.document ?? documentOf(operation, options) };
      byId.set(id, listed);
      byText.set(text, listed);
      byHash.set(sha256Of(text), listed);
      documents.add(listed.document);
    } catch (error) {
      problems.push(`${name}: ${error instanceof GraphQLError ? error.message : 'it cannot be read.'}`);
    }
  }
  if (problems.length > 0) throw manifestError('lists operations that this graph cannot run', problems);

  return {
    byId: (id) => byId.get(id),
    byText: (text) => byText.get(text),
    byHash: (hash) => byHash.get(hash),
    has: (document) => documents.has(document),
  };
}

function documentOf({ name, body }: ManifestOperation, { schema, introspection }: OperationListOptions): DocumentNode {
  const document = parse(body);
  const operation = getOperationAST(document);
  if (operation?.name?.value !== name) throw new GraphQLError('Its body must hold one operation, of its name.');
  if (!schema.getRootType(operation.operation)) throw new GraphQLError(`This graph has no ${operation.operation}s.`);
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const [invalid] = validate(schema, document, rules);
  if (invalid !== undefined) throw invalid;
  return document;
}
