import type { PointsBalanceResolvers } from '../../generated/resolvers-types.ts';

export const PointsBalance: PointsBalanceResolvers = {
  entityId: ({ entityId }) => entityId.reveal(),
  freshness: ({ readAt, isStale }) => ({ readAt, stale: isStale }),
};
