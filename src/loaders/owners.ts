import { keyOfCustomerRef, type CustomerId, type CustomerRef } from '../domain/customer.ts';
import { GatewayError } from '../domain/errors.ts';

/** Who each lookup of one operation has turned out to be. */
export interface Owners {
  /**
   * Holds an answer to a lookup to what earlier answers of this operation named: an identifier may move to another
   * customer between two reads, and one answer must not show two people as one.
   *
   * @throws {GatewayError} `PLATFORM_BAD_RESPONSE` when it names somebody else
   */
  assertSame(customer: CustomerRef, answered: CustomerId): void;
}

/** An empty set, for one operation. A customer asked for by id needs none: each answer was held to that id. */
export function createOwners(): Owners {
  const owners = new Map<string, CustomerId>();
  return {
    assertSame(customer, answered) {
      if (customer.by === 'id') return;
      const key = keyOfCustomerRef(customer);
      const known = owners.get(key) ?? answered;
      owners.set(key, known);
      if (!known.equals(answered)) {
        throw new GatewayError('PLATFORM_BAD_RESPONSE', { detail: 'an identifier led to two customers' });
      }
    },
  };
}
