import type { DocumentNode, GraphQLError } from 'graphql';
import { GatewayError } from '../../domain/errors.ts';
import type { Coerce } from '../coercion.ts';
import type { DocumentShape } from '../documentShape.ts';
import type { OperationHooks } from './hooks.ts';
import { refusal } from './refusal.ts';

/** What Federation adds to the root: the router's alone to ask. */
const ROUTER_FIELDS: ReadonlySet<string> = new Set(['_entities', '_service']);
/** What of the root holds nobody's data. Whatever is not named here needs a token. */
const OPEN_FIELDS: ReadonlySet<string> = new Set(['_service']);

/** How documents and variables are read. */
export interface CallersOptions {
  readonly shapeOf: (document: DocumentNode) => DocumentShape;
  readonly coerce: Coerce;
}

/**
 * Refuses an operation whose caller may run nothing of it, before its arguments are looked at: HTTP 401 for one that
 * needs a token and came without, HTTP 403 for a router's that did not come from the router.
 *
 * Which customer a caller may read is decided where each is read, by `assertMayRead`.
 */
export function callersPlugin({ shapeOf, coerce }: CallersOptions): OperationHooks {
  return {
    didResolveOperation({ request, schema, document, operation, contextValue }) {
      const { viewer, isRouter } = contextValue;
      const root = operation === undefined ? undefined : schema.getRootType(operation.operation);
      if (operation === undefined || root === undefined || root === null) return;
      const { coerced } = coerce(contextValue, operation, request.variables);
      // Variables of the wrong type are the executor's to report.
      if (coerced === undefined) return;
      for (const { type, node } of shapeOf(document).fieldsOf(root, operation.selectionSet, coerced).values) {
        const { value: field } = node.name;
        if (type.getFields()[field] === undefined) continue; // __typename, __schema: what is open is open.
        if (ROUTER_FIELDS.has(field) && !isRouter) throw notTheRouter();
        if (!OPEN_FIELDS.has(field) && !viewer.isAuthenticated) throw noToken();
      }
    },
  };
}

function notTheRouter(): GraphQLError {
  return refusal(new GatewayError('FORBIDDEN', { publicMessage: 'Only the federation router may ask this.' }));
}

function noToken(): GraphQLError {
  const publicMessage = 'A token is needed: send it in the header authorization, as Bearer.';
  return refusal(new GatewayError('UNAUTHENTICATED', { publicMessage }));
}
