import { assertMayRead, type Viewer } from '../../auth/viewer.ts';
import type { CustomerLookup } from '../../domain/customer.ts';
import { asError, GatewayError } from '../../domain/errors.ts';
import type { QueryResolvers } from '../../generated/resolvers-types.ts';
import { parseCustomerArgs, parseCustomersArgs, parseLookupArgs } from '../arguments.ts';
import type { OperationContext } from '../context.ts';
import type { CustomerParent } from './parents.ts';

export const Query: QueryResolvers = {
  me(_root, _args, { viewer }) {
    if (viewer.customerId === null) throw noCustomer(viewer);
    return { ref: { by: 'id', id: viewer.customerId } };
  },

  customer(_root, args, { viewer }) {
    const ref = { by: 'id', id: parseCustomerArgs(args) } as const;
    assertMayRead(viewer, ref);
    return { ref };
  },

  customers(_root, args, { viewer }) {
    return parseCustomersArgs(args).map((id) => {
      const ref = { by: 'id', id } as const;
      try {
        assertMayRead(viewer, ref);
        return { ref };
      } catch (error) {
        // A list item that is an error empties its own place only (the executor takes it as thrown there).
        return asError(error) as never;
      }
    });
  },

  async customerByIdentifier(_root, args, context) {
    const lookup = parseLookupArgs(args);
    return context.viewer.mayReadAny ? { ref: { by: 'lookup', lookup } } : ownCustomer(lookup, context);
  },
};

/** A service's or a clerk's token is valid and names nobody. */
function noCustomer({ isAuthenticated }: Viewer): GatewayError {
  return new GatewayError('UNAUTHENTICATED', isAuthenticated ? { publicMessage: 'The token names no customer.' } : {});
}

/**
 * Who may read only themselves is answered only if the platform's own answer, given now, names them. Whatever else it
 * answers is the same refusal: that nobody has the identifier, that somebody else has it, that it cannot be looked up.
 */
async function ownCustomer(lookup: CustomerLookup, { viewer, loaders }: OperationContext): Promise<CustomerParent> {
  if (!viewer.isAuthenticated) throw new GatewayError('UNAUTHENTICATED');
  if (viewer.customerId === null) throw new GatewayError('FORBIDDEN');
  const id = await loaders.ownerOf(lookup).catch((error: unknown) => {
    throw error instanceof GatewayError ? withoutHints(error) : error;
  });
  const ref = { by: 'id', id } as const;
  assertMayRead(viewer, ref);
  return { ref };
}

/**
 * A failed lookup, for a caller who must not learn whose identifier it is. One that may pass is the platform's state and
 * stays what it is, without what the platform says of this very lookup; any other may hang on who has the identifier.
 * The log has both.
 */
function withoutHints({ code, retryable, facts }: GatewayError): GatewayError {
  const { endpoint, platformCode, retryAfterMs } = facts;
  const why = [code, facts.detail, platformCode].filter((part) => part !== undefined).join(' ');
  const forLog = { detail: why, ...(endpoint === undefined ? {} : { endpoint }) };
  if (!retryable) return new GatewayError('FORBIDDEN', forLog);
  return new GatewayError(code, { ...forLog, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}
