import { keyOfCustomerRef, type CustomerRef } from '../domain/customer.ts';

/**
 * Reads of one operation that will tell something about a customer on the side: a balance asked for by mobile names the
 * customer's id, a ledger page the external id. Whoever needs just that waits for them instead of spending a call.
 */
export interface Sightings<T> {
  /** Notes a read of this customer that is under way, and how it is learnt what it says. */
  add(customer: CustomerRef, learn: () => Promise<T | null>): void;
  /** What the first read that knows it says; null when none does, or all failed. */
  find(customer: CustomerRef): Promise<T | null>;
}

/** An empty set of sightings, for one operation. */
export function createSightings<T>(): Sightings<T> {
  const reads = new Map<string, (() => Promise<T | null>)[]>();
  return {
    add(customer, learn) {
      const key = keyOfCustomerRef(customer);
      const known = reads.get(key);
      if (known === undefined) reads.set(key, [learn]);
      else known.push(learn);
    },

    async find(customer) {
      for (const learn of reads.get(keyOfCustomerRef(customer)) ?? []) {
        // Its failure is its own field's error; here it only means that nothing was seen.
        const seen = await learn().catch(() => null);
        if (seen !== null) return seen;
      }
      return null;
    },
  };
}
