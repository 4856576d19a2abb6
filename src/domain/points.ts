import { keyOfCustomerRef, type CustomerId, type CustomerRef } from './customer.ts';
import type { DecimalText, NumericId } from './numbers.ts';
import type { Warning } from './warning.ts';

/** Whose figures: the customer's own, or the group's. */
export type EntityType = 'CUSTOMER' | 'FLEET';

/** Which program: the org's default one, the sum over all, or one by its id. */
export type ProgramChoice = 'default' | 'all' | NumericId;

/** One points balance to read. */
export interface PointsBalanceQuestion {
  readonly customer: CustomerRef;
  readonly program: ProgramChoice;
  readonly entityType: EntityType;
}

/** A points balance as the platform answered it. */
export interface PointsBalance {
  /** Whose figures; for a lookup, the customer that the platform found. */
  readonly entityId: CustomerId;
  readonly entityType: EntityType;
  readonly totalPoints: DecimalText;
  readonly mainPoints: DecimalText;
  readonly promisedPoints: DecimalText;
  readonly promisedPointsBreakup: {
    readonly delayedAccrualPoints: DecimalText;
    readonly externalTriggerBasedPoints: DecimalText;
  };
  readonly warnings: readonly Warning[];
  /** When the platform gave it. */
  readonly readAt: Date;
}

/** A text that is the same for two questions exactly when one answer serves both. Personal data. */
export function keyOfPointsBalance({ customer, program, entityType }: PointsBalanceQuestion): string {
  // The first two hold no space.
  return `${program} ${entityType} ${keyOfCustomerRef(customer)}`;
}
