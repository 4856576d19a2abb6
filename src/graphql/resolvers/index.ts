import type { Resolvers } from '../../generated/resolvers-types.ts';
import { DateTime } from '../scalars/dateTime.ts';
import { Decimal } from '../scalars/decimal.ts';
import { LocalDateTime } from '../scalars/localDateTime.ts';
import { createCustomerResolvers } from './customer.ts';
import { LedgerBalanceConnection } from './ledgerBalance.ts';
import { PointsBalance } from './pointsBalance.ts';
import { Query } from './query.ts';

/** Every resolver of the graph; what is not listed is a property of its parent. */
export function createResolvers(options: { readonly ledgerPageSize: number }): Resolvers {
  return {
    Query,
    Customer: createCustomerResolvers(options),
    PointsBalance,
    LedgerBalanceConnection,
    Decimal,
    DateTime,
    LocalDateTime,
  };
}
