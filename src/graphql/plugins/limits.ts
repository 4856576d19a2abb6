import { GatewayError } from '../../domain/errors.ts';
import { assertDocument, type DocumentLimits } from '../../limits/document.ts';
import { assertNesting } from '../../limits/nesting.ts';
import { assertTokens } from '../../limits/tokens.ts';
import type { OperationList } from '../persisted/operationList.ts';
import type { OperationHooks } from './hooks.ts';
import { refusal, refuseUnread } from './refusal.ts';
import { createRefusedDocuments } from './refusedDocuments.ts';

/** What a document may hold. */
export interface LimitsOptions extends DocumentLimits {
  readonly maxTokens: number;
  /** Whoever listed an operation vouches for its document. */
  readonly list: OperationList;
}

/**
 * Refuses a document over a limit before anything of it runs: HTTP 400, `OPERATION_TOO_EXPENSIVE`. One with too many
 * tokens is not even parsed, no other is validated. Listed ones are neither parsed nor validated again, and not looked at.
 */
export function limitsPlugin({ maxTokens, list, ...limits }: LimitsOptions): OperationHooks {
  const refused = createRefusedDocuments();

  return {
    requestDidStart({ request }) {
      const text = request.query ?? '';
      try {
        if (list.byText(text) === undefined) {
          assertTokens(text, maxTokens);
          assertNesting(text);
        }
      } catch (error) {
        if (error instanceof GatewayError) return refuseUnread(request, refusal(error));
        throw error;
      }
      return undefined;
    },
    validationDidStart(context) {
      try {
        assertDocument(context.document, limits);
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        refused.replace(context, refusal(error));
      }
    },
    didResolveOperation({ document }) {
      const error = refused.refusalOf(document);
      if (error !== undefined) throw error;
    },
  };
}
