import type { ApolloServerPlugin } from '@apollo/server';
import { GatewayError } from '../../domain/errors.ts';
import { createDocumentCheck, type DocumentLimits } from '../../limits/document.ts';
import { assertTokens } from '../../limits/tokens.ts';
import type { OperationContext } from '../context.ts';
import type { OperationList } from '../persisted/operationList.ts';
import { refusal, refuseUnless, refuseUnread } from './refusal.ts';

/** What a document may hold. */
export interface LimitsOptions extends DocumentLimits {
  readonly maxTokens: number;
  /** Whoever listed an operation vouches for its document. */
  readonly list: OperationList;
}

/**
 * Refuses a document over a limit before anything of it runs: HTTP 400, `OPERATION_TOO_EXPENSIVE`. One with too many
 * tokens is not even parsed.
 */
export function limitsPlugin({ maxTokens, list, ...limits }: LimitsOptions): ApolloServerPlugin<OperationContext> {
  const assertWithinLimits = createDocumentCheck(limits);

  return {
    requestDidStart({ request }) {
      const text = request.query ?? '';
      try {
        if (list.byText(text) === undefined) assertTokens(text, maxTokens);
      } catch (error) {
        if (error instanceof GatewayError) return Promise.resolve(refuseUnread(request, refusal(error)));
        throw error;
      }
      return Promise.resolve({
        didResolveOperation({ document }) {
          if (!list.has(document)) refuseUnless(() => assertWithinLimits(document));
          return Promise.resolve();
        },
      });
    },
  };
}
