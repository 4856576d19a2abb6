import type { ApolloServerPlugin } from '@apollo/server';
import { GatewayError } from '../../domain/errors.ts';
import { createDocumentCheck, type DocumentLimits } from '../../limits/document.ts';
import { assertTokens } from '../../limits/tokens.ts';
import type { OperationContext } from '../context.ts';
import { refusal, refuseUnless, refuseUnread } from './refusal.ts';

/** What a document may hold. */
export interface LimitsOptions extends DocumentLimits {
  readonly maxTokens: number;
}

/**
 * Refuses a document over a limit before anything of it runs: HTTP 400, `OPERATION_TOO_EXPENSIVE`. One with too many
 * tokens is not even parsed.
 */
export function limitsPlugin({ maxTokens, ...limits }: LimitsOptions): ApolloServerPlugin<OperationContext> {
  const assertWithinLimits = createDocumentCheck(limits);

  return {
    requestDidStart({ request }) {
      const text = request.query ?? '';
      try {
        assertTokens(text, maxTokens);
      } catch (error) {
        if (error instanceof GatewayError) return Promise.resolve(refuseUnread(request, refusal(error)));
        throw error;
      }
      return Promise.resolve({
        didResolveOperation({ document }) {
          refuseUnless(() => assertWithinLimits(document));
          return Promise.resolve();
        },
      });
    },
  };
}
