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
  // Few, and seldom looked for: a key of each would cost more than a look at all.
  const sightings: { readonly customer: CustomerRef; readonly learn: () => Promise<T | null> }[] = [];
  return {
    add(customer, learn) {
      sightings.push({ customer, learn });
    },

    async find(customer) {
      const key = keyOfCustomerRef(customer);
      for (const sighting of sightings.filter((each) => keyOfCustomerRef(each.customer) === key)) {
        // Its failure is its own field's error; here it only means that nothing was seen.
        const seen = await sighting.learn().catch(() => null);
        if (seen !== null) return seen;
      }
      return null;
    },
  };
}
