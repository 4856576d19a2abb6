import { assertMayRead } from '../../auth/viewer.ts';
import { customerIdOf, type CustomerId } from '../../domain/customer.ts';
import { badUserInput } from '../../domain/errors.ts';
import type { PointsBalance } from '../../domain/points.ts';
import type { Reading } from '../../domain/reading.ts';
import type { CustomerResolvers } from '../../generated/resolvers-types.ts';
import { parseLedgerBalanceArgs, parsePointsBalanceArgs } from '../arguments.ts';
import { encodeCursor, fingerprintOf, positionIn } from '../cursor.ts';
import type { PointsBalanceParent } from './parents.ts';

/** The fields of a customer: each checks who asks, then makes one load. */
export function createCustomerResolvers({ ledgerPageSize }: { readonly ledgerPageSize: number }): CustomerResolvers {
  return {
    // A reference from another subgraph is only an id: nothing is fetched until a field asks.
    // Asynchronous, so that one that is refused empties its own place only.
    __resolveReference: async ({ id }, { viewer }) => {
      const ref = { by: 'id', id: representedId(id) } as const;
      assertMayRead(viewer, ref);
      return Promise.resolve({ ref });
    },

    id: ({ ref }, _args, { viewer, loaders }) => {
      assertMayRead(viewer, ref);
      // Not waited for where it is what they were named by.
      return ref.by === 'id' ? ref.id.reveal() : loaders.customerId(ref).then((id) => id.reveal());
    },

    externalId: async ({ ref }, _args, { viewer, loaders }) => {
      assertMayRead(viewer, ref);
      return (await loaders.externalId(ref))?.reveal() ?? null;
    },

    pointsBalance: ({ ref }, args, { viewer, loaders }) => {
      assertMayRead(viewer, ref);
      const { program, entityType, maxAgeMs } = parsePointsBalanceArgs(args);
      const reading = loaders.pointsBalance({ customer: ref, program, entityType }, maxAgeMs);
      return reading.then(pointsBalanceOf);
    },

    ledgerBalance: ({ ref }, args, { viewer, loaders }) => {
      assertMayRead(viewer, ref);
      const { filter, first, after, maxAgeMs } = parseLedgerBalanceArgs(args);
      const question = { customer: ref, filter };
      // A hash: made where a cursor comes or goes.
      let made: string | undefined;
      const fingerprint = () => (made ??= fingerprintOf(question, ledgerPageSize));
      const range = { first, after: after === null ? null : positionIn(after, fingerprint()) };
      return loaders.ledgerBalance(question, range, maxAgeMs).then((slice) => ({
        slice,
        after: args.after ?? null,
        cursorOf: (place) => encodeCursor({ position: slice.positionOf(place), fingerprint: fingerprint() }),
      }));
    },
  };
}

/** Field by field: in a list of customers it is made for each, and a spread goes through the engine's slow path. */
function pointsBalanceOf({ answer, isStale }: Reading<PointsBalance>): PointsBalanceParent {
  return {
    entityId: answer.entityId,
    entityType: answer.entityType,
    totalPoints: answer.totalPoints,
    mainPoints: answer.mainPoints,
    promisedPoints: answer.promisedPoints,
    promisedPointsBreakup: answer.promisedPointsBreakup,
    warnings: answer.warnings,
    readAt: answer.readAt,
    isStale,
  };
}

/** A representation is of type `_Any`: its id is whatever another server sent. */
function representedId(id: unknown): CustomerId {
  const text = typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : id;
  if (typeof text !== 'string') throw badUserInput('The id of a Customer representation must be text.');
  return customerIdOf(text, 'The id of a Customer representation');
}
