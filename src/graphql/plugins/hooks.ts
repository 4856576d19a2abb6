import type {
  ApolloServerPlugin,
  GraphQLRequestContext,
  GraphQLRequestContextResponseForOperation,
  GraphQLRequestContextValidationDidStart,
  GraphQLRequestContextWillSendResponse,
  GraphQLRequestListener,
  GraphQLResponse,
} from '@apollo/server';
import type { OperationDefinitionNode } from 'graphql';
import type { OperationContext } from '../context.ts';

/** What hooks look at of a request, of all that Apollo Server knows: another road has no more than this. */
type Looked = 'request' | 'schema' | 'source' | 'document' | 'operationName' | 'contextValue';

/** A request whose document is valid. Which of its operations is meant may not be clear, though Apollo Server's type says so. */
export type ResolvedRequest = Pick<GraphQLRequestContextResponseForOperation<OperationContext>, Looked> & {
  readonly operation?: OperationDefinitionNode | undefined;
};

/** A request and what is about to be sent. */
export type AnsweredRequest = Pick<
  GraphQLRequestContextWillSendResponse<OperationContext>,
  Looked | 'response' | 'errors'
>;

/** What is done at some points on an operation's way, each at once: only an answer may be waited for. */
export interface OperationListener {
  /** Before a document is validated that is not known to be valid. What it throws is a mistake of ours. */
  validationDidStart?(request: GraphQLRequestContextValidationDidStart<OperationContext>): void;
  /** Before anything of it runs. What it throws refuses the operation. */
  didResolveOperation?(request: ResolvedRequest): void;
  /** An answer in the place of what Apollo Server would run; null for none. */
  responseForOperation?(request: ResolvedRequest): Promise<GraphQLResponse | null>;
  willSendResponse?(request: AnsweredRequest): void;
}

/** A listener to all operations, which may have another one look at a single one of them. */
export interface OperationHooks extends OperationListener {
  /** Before the text is read. What it gives listens to this operation, right before these hooks do. */
  requestDidStart?(request: GraphQLRequestContext<OperationContext>): OperationListener | undefined;
  /** The request held no operation. */
  invalidRequestWasReceived?(): void;
}

/**
 * One plugin for Apollo Server of several: each is called where it stands in the list, and what one throws the others are
 * not called for. Apollo Server waits for each hook of each plugin, which of many costs as much as all that they do.
 */
export function pluginOf(hooks: readonly OperationHooks[]): ApolloServerPlugin<OperationContext> {
  const ofMost = listenerOf(hooks);
  return {
    invalidRequestWasReceived() {
      for (const each of hooks) each.invalidRequestWasReceived?.();
      return DONE;
    },
    requestDidStart(request) {
      let own: Map<OperationListener, OperationListener> | undefined;
      for (const each of hooks) {
        const listener = each.requestDidStart?.(request);
        if (listener === undefined) continue;
        own ??= new Map();
        own.set(each, listener);
      }
      if (own === undefined) return ofMost;
      const all = own;
      return listenerOf(hooks.flatMap((each) => [all.get(each) ?? [], each].flat()));
    },
  };
}

const DONE = Promise.resolve();
const NONE = Promise.resolve(null);

async function firstResponse(
  listeners: readonly OperationListener[],
  request: ResolvedRequest,
): Promise<GraphQLResponse | null> {
  for (const each of listeners) {
    const response = await each.responseForOperation?.(request);
    if (response !== undefined && response !== null) return response;
  }
  return null;
}

function listenerOf(listeners: readonly OperationListener[]): Promise<GraphQLRequestListener<OperationContext>> {
  const answering = listeners.filter((each) => 'responseForOperation' in each);
  const [only, ...others] = answering;
  return Promise.resolve({
    validationDidStart(request) {
      for (const each of listeners) each.validationDidStart?.(request);
      return DONE;
    },
    didResolveOperation(request) {
      for (const each of listeners) each.didResolveOperation?.(request);
      return DONE;
    },
    responseForOperation(request) {
      if (others.length === 0) return only?.responseForOperation?.(request) ?? NONE;
      return firstResponse(answering, request);
    },
    willSendResponse(request) {
      for (const each of listeners) each.willSendResponse?.(request);
      return DONE;
    },
  });
}
