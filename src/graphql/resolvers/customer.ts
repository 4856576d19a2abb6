import { assertMayRead } from '../../auth/viewer.ts';
import { customerIdOf } from '../../domain/customer.ts';
import type { CustomerResolvers } from '../../generated/resolvers-types.ts';
import { parseLedgerBalanceArgs, parsePointsBalanceArgs } from '../arguments.ts';
import { encodeCursor, fingerprintOf, positionIn } from '../cursor.ts';

/** The fields of a customer: each checks who asks, then makes one load. */
export function createCustomerResolvers({ ledgerPageSize }: { readonly ledgerPageSize: number }): CustomerResolvers {
  return {
    // A reference from another subgraph is only an id: nothing is fetched until a field asks.
    __resolveReference: ({ id }, { viewer }) => {
      const ref = { by: 'id', id: customerIdOf(id, 'The id of a Customer representation') } as const;
      assertMayRead(viewer, ref);
      return { ref };
    },

    id: async ({ ref }, _args, { viewer, loaders }) => {
      assertMayRead(viewer, ref);
      return (await loaders.customerId(ref)).reveal();
    },

    externalId: async ({ ref }, _args, { viewer, loaders }) => {
      assertMayRead(viewer, ref);
      return (await loaders.externalId(ref))?.reveal() ?? null;
    },

    pointsBalance: ({ ref }, args, { viewer, loaders }) => {
      assertMayRead(viewer, ref);
      return loaders.pointsBalance({ customer: ref, ...parsePointsBalanceArgs(args) });
    },

    ledgerBalance: async ({ ref }, args, { viewer, loaders }) => {
      assertMayRead(viewer, ref);
      const { filter, first, after } = parseLedgerBalanceArgs(args);
      const question = { customer: ref, filter };
      const fingerprint = fingerprintOf(question, ledgerPageSize);
      const slice = await loaders.ledgerBalance(question, {
        first,
        after: after === null ? null : positionIn(after, fingerprint),
      });
      return { slice, after: args.after ?? null, cursorOf: (position) => encodeCursor({ position, fingerprint }) };
    },
  };
}
