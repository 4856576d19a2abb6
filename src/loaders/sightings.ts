import { keyOfCustomerRef, type CustomerRef } from '../domain/customer.ts';

/**
 * Reads of one operation that will tell something about a customer on the side: a balance asked for by mobile names the
 * customer's id, a ledger page the external id. Whoever needs just that waits for them instead of spending a call.
 */
export interface Sightings<T> {
  /** Notes a read of this customer that is under way. */
  add(customer: CustomerRef, read: Promise<T | null>): void;
  /** What the first read that knows it says; null when none does, or all failed. */
  find(customer: CustomerRef): Promise<T | null>;
}

/** An empty set of sightings, for one operation. */
export function createSightings<T>(): Sightings<T> {
  const reads = new Map<string, Promise<T | null>[]>();
  return {
    add(customer, read) {
      // Its failure is its own field's error; here it only means that nothing was seen.
      const sighting = read.catch(() => null);
      const key = keyOfCustomerRef(customer);
      reads.set(key, [...(reads.get(key) ?? []), sighting]);
    },

    async find(customer) {
      for (const sighting of reads.get(keyOfCustomerRef(customer)) ?? []) {
        const seen = await sighting;
        if (seen !== null) return seen;
      }
      return null;
    },
  };
}
