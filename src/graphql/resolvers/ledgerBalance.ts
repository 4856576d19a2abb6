import type { LedgerBalanceConnectionResolvers } from '../../generated/resolvers-types.ts';

/** @see https://relay.dev/graphql/connections.htm */
export const LedgerBalanceConnection: LedgerBalanceConnectionResolvers = {
  nodes: ({ slice }) => slice.rows.map(({ row }) => row),
  edges: ({ slice, cursorOf }) => slice.rows.map(({ row, position }) => ({ node: row, cursor: cursorOf(position) })),
  pageInfo: ({ slice, after, cursorOf }) => {
    const first = slice.rows.at(0);
    const last = slice.rows.at(-1);
    return {
      hasNextPage: slice.hasMore,
      hasPreviousPage: after !== null,
      startCursor: first === undefined ? after : cursorOf(first.position),
      endCursor: last === undefined ? after : cursorOf(last.position),
    };
  },
  totalEntries: ({ slice }) => slice.totalEntries,
  warnings: ({ slice }) => slice.warnings,
  freshness: ({ slice }) => ({ readAt: slice.readAt, stale: slice.isStale }),
};
