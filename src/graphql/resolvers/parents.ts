import type { CustomerRef } from '../../domain/customer.ts';
import type { LedgerSlice } from '../../domain/ledgerSlice.ts';
import type { PointsBalance } from '../../domain/points.ts';

/** A `Customer` in the making: how they were named. Nothing is read until a field asks. */
export interface CustomerParent {
  readonly ref: CustomerRef;
}

/** A `PointsBalance`: the domain's own, and whether it is stale. */
export type PointsBalanceParent = PointsBalance & { readonly isStale: boolean };

/** A `LedgerBalanceConnection`: the rows, and what makes cursors of their places. */
export interface LedgerBalanceConnectionParent {
  readonly slice: LedgerSlice;
  /** The cursor it was asked for with; null from the start. */
  readonly after: string | null;
  readonly cursorOf: (place: number) => string;
}
