import type { LedgerBalanceConnectionResolvers } from '../../generated/resolvers-types.ts';

/** @see https://relay.dev/graphql/connections.htm */
export const LedgerBalanceConnection: LedgerBalanceConnectionResolvers = {
  nodes: ({ slice }) => slice.rows,
  edges: ({ slice, cursorOf }) => slice.rows.map((row, place) => ({ node: row, cursor: cursorOf(place) })),
  pageInfo: ({ slice, after, cursorOf }) => {
    const { length } = slice.rows;
    return {
      hasNextPage: slice.hasMore,
      hasPreviousPage: after !== null,
      startCursor: length === 0 ? after : cursorOf(0),
      endCursor: length === 0 ? after : cursorOf(length - 1),
    };
  },
  totalEntries: ({ slice }) => slice.totalEntries,
  warnings: ({ slice }) => slice.warnings,
  freshness: ({ slice }) => ({ readAt: slice.readAt, stale: slice.isStale }),
};
