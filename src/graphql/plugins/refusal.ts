import { HeaderMap, type GraphQLRequest, type GraphQLRequestListener } from '@apollo/server';
import { GraphQLError, type ASTNode } from 'graphql';
import { GatewayError } from '../../domain/errors.ts';
import type { OperationContext } from '../context.ts';

/** What refuses a whole operation: HTTP 400, or 401 for who must show a token first. */
export function refusal(originalError: GatewayError, node?: ASTNode): GraphQLError {
  const isStranger = originalError.code === 'UNAUTHENTICATED';
  const headers = new HeaderMap(isStranger ? [['www-authenticate', 'Bearer']] : []);
  // Another package declares `http` with headers that Apollo Server does not read.
  const extensions: Record<string, unknown> = { http: { status: isStranger ? 401 : 400, headers } };
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
export function refuseUnread(request: GraphQLRequest, error: GraphQLError): GraphQLRequestListener<OperationContext> {
  request.query = NOTHING;
  request.extensions = {};
  return {
    didResolveOperation: () => {
      throw error;
    },
  };
}
