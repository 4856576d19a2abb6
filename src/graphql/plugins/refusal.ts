import { HeaderMap, type GraphQLRequest } from '@apollo/server';
import { GraphQLError, type ASTNode } from 'graphql';
import { GatewayError, type ErrorCode } from '../../domain/errors.ts';
import type { OperationListener } from './hooks.ts';

/** The statuses of refusals that are not for what was asked, but for who asks. */
const STATUSES: Partial<Record<ErrorCode, number>> = { UNAUTHENTICATED: 401, FORBIDDEN: 403 };

/** What refuses a whole operation: HTTP 400, 401 for who must show a token first, 403 for whom none would help. */
export function refusal(originalError: GatewayError, node?: ASTNode): GraphQLError {
  const status = STATUSES[originalError.code] ?? 400;
  // RFC 6750, section 3: a challenge without an error, for no token was shown.
  const headers = new HeaderMap(status === 401 ? [['www-authenticate', 'Bearer']] : []);
  // Another package declares `http` with headers that Apollo Server does not read.
  const extensions: Record<string, unknown> = { http: { status, headers } };
  return new GraphQLError(originalError.message, { originalError, nodes: node ?? null, extensions });
}

/** Runs a check; what it throws of ours refuses the whole operation. */
export function refuseUnless(check: () => unknown, node?: ASTNode): void {
  try {
    check();
  } catch (error) {
    throw error instanceof GatewayError ? refusal(error, node) : error;
  }
}

/** Asks for nothing. */
const NOTHING = '{ __typename }';

/**
 * Refuses a request before its document is read. Apollo Server takes a plugin's refusal only when an operation is
 * resolved, and answers 500 to an earlier one; so a document that asks for nothing takes the place of the caller's, and
 * is refused there in its name.
 */
export function refuseUnread(request: GraphQLRequest, error: GraphQLError): OperationListener {
  request.query = NOTHING;
  request.extensions = {};
  return {
    didResolveOperation: () => {
      throw error;
    },
  };
}
