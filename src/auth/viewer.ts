import type { CustomerId, CustomerRef } from '../domain/customer.ts';
import { GatewayError } from '../domain/errors.ts';

/** Who asks, decided once when an operation starts. */
export interface Viewer {
  /** Whether a token was shown and found valid (or none is needed here). */
  readonly isAuthenticated: boolean;
  /** The customer the caller is; null for services, staff and strangers. */
  readonly customerId: CustomerId | null;
  /** Whether every customer may be read: a service, or a member of staff. */
  readonly mayReadAny: boolean;
}

/** Who asks, as a request's headers show it. */
export interface Recognised {
  readonly viewer: Viewer;
  /** Whether the same headers would show the same viewer now, without asking anybody: a token runs out, keys change. */
  readonly isStill: () => boolean;
}

/** A caller without a token, where one is needed. */
export const STRANGER: Viewer = { isAuthenticated: false, customerId: null, mayReadAny: false };

/**
 * Lets a viewer read one customer, or throws: the one place where this is decided. It knows nothing of whether the
 * customer exists, so a refusal tells nothing of it.
 *
 * A customer named by identifiers may be anybody until the platform has said who, so only who may read all passes.
 *
 * @throws {GatewayError} `UNAUTHENTICATED` for a stranger, `FORBIDDEN` for somebody else
 */
export function assertMayRead(viewer: Viewer, customer: CustomerRef): void {
  if (!viewer.isAuthenticated) throw new GatewayError('UNAUTHENTICATED');
  if (viewer.mayReadAny) return;
  const isOwn = customer.by === 'id' && viewer.customerId?.equals(customer.id) === true;
  if (!isOwn) throw new GatewayError('FORBIDDEN');
}
