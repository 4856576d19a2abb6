import { HeaderMap, type GraphQLRequest, type HTTPGraphQLResponse } from '@apollo/server';
import { getOperationAST, type DocumentNode, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Answered, Run } from './compiled.ts';
import type { OperationContext } from './context.ts';
import { bytesOfDocument } from './persisted/documentStore.ts';
import type { OperationHooks, OperationListener, ResolvedRequest } from './plugins/hooks.ts';

export interface KnownOperationsOptions {
  readonly schema: GraphQLSchema;
  /** What Apollo Server's plugin calls, in the same order. */
  readonly hooks: readonly OperationListener[];
  readonly run: Run;
  /** Whether each run of a document is told to the operator: that is done where its text is read. */
  readonly isTold: (text: string) => boolean;
}

/** A POST that asks, its body parsed. */
export interface AskedOperation {
  readonly body: unknown;
  readonly accept: string | undefined;
}

/** Frontends have some dozens of operations. */
const MAX_DOCUMENTS = 256;
const MAX_DOCUMENTS_BYTES = 8 * 1024 * 1024;
/** Forms that answers were asked for in; nearly all are asked for in one of a few. */
const MAX_FORMS = 32;
const MAX_ACCEPT_LENGTH = 256;

/**
 * A shorter way to the answer of an operation that Apollo Server has answered before, as compiled code and without errors.
 *
 * What Apollo Server finds out from a document's text alone is known of it by then: that it parses, is valid, is within all
 * limits, and may be sent. What hangs on the request, its variables, its caller and its price, is looked at by the same
 * hooks as ever. Whatever else a request may be, it is Apollo Server's to answer: one that asks with extensions that name a
 * document, one that a hook refuses, one that ends with an error; by then its loaders know what was read.
 */
export class KnownOperations {
  readonly #options: KnownOperationsOptions;
  readonly #documents = new LRUCache<string, DocumentNode>({
    max: MAX_DOCUMENTS,
    maxSize: MAX_DOCUMENTS_BYTES,
    sizeCalculation: bytesOfDocument,
  });
  /** The content types that Apollo Server has chosen, by what was accepted. */
  readonly #types = new LRUCache<string, string>({ max: MAX_FORMS });

  constructor(options: KnownOperationsOptions) {
    this.#options = options;
  }

  /** Gets to know documents. It is called behind all other hooks. */
  readonly learning: OperationHooks = {
    willSendResponse: ({ source, document, contextValue, errors = [] }) => {
      if (document === undefined || errors.length > 0 || contextValue.ending.compiled !== 'answered') return;
      if (!this.#options.isTold(source)) this.#documents.set(source, document);
    },
  };

  /** Gets to know in what form Apollo Server answers who accepts this. */
  learnForm({ accept = '' }: AskedOperation, { status = 200, headers }: HTTPGraphQLResponse): void {
    const type = headers.get('content-type');
    if (status === 200 && type !== undefined && accept.length <= MAX_ACCEPT_LENGTH) this.#types.set(accept, type);
  }

  /** The answer that Apollo Server would give; undefined, at once or in the end, where it is to be asked. */
  answer(
    { body, accept = '' }: AskedOperation,
    contextValue: OperationContext,
  ): Promise<HTTPGraphQLResponse | undefined> | undefined {
    const request = requestOf(body);
    const type = this.#types.get(accept);
    if (request === undefined || type === undefined) return undefined;
    const { query: source, operationName: name, variables } = request;
    const document = this.#documents.get(source);
    const operation = document && getOperationAST(document, name);
    if (document === undefined || operation === null || operation === undefined) return undefined;

    const { schema, hooks, run } = this.#options;
    const operationName = operation.name?.value ?? null;
    const asked = { request, schema, source, document, operation, operationName, contextValue };
    try {
      for (const each of hooks) each.didResolveOperation?.(asked);
    } catch {
      return undefined; // Apollo Server will have it refused again, and says so.
    }
    return run(document, operation, variables, contextValue).then(
      (answered) => answered && this.#responseTo(asked, answered, type),
    );
  }

  #responseTo(asked: ResolvedRequest, { data }: Answered, type: string): HTTPGraphQLResponse {
    const headers = new HeaderMap();
    const response = { http: { headers }, body: { kind: 'single', singleResult: { data } } } as const;
    const { request, schema, source, document, operationName, contextValue } = asked;
    const answered = { request, schema, source, document, operationName, contextValue, response };
    for (const each of this.#options.hooks) each.willSendResponse?.(answered);
    headers.set('content-type', type);
    // As Apollo Server writes it.
    return { headers, body: { kind: 'complete', string: `${JSON.stringify({ data })}\n` } };
  }
}

/** A request that is no more than a text and its variables; undefined for any other, a bad one included. */
function requestOf(body: unknown): (GraphQLRequest & { readonly query: string }) | undefined {
  if (!isRecord(body)) return undefined;
  const { query, operationName = null, variables = null, extensions = null } = body;
  if (typeof query !== 'string' || (typeof operationName !== 'string' && operationName !== null)) return undefined;
  if (variables !== null && !isRecord(variables)) return undefined;
  // What clients say of themselves is nobody's to look at.
  if (extensions !== null && (!isRecord(extensions) || 'persistedQuery' in extensions)) return undefined;
  return {
    query,
    ...(operationName === null ? {} : { operationName }),
    ...(variables === null ? {} : { variables }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
