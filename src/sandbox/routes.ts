import { customerById, customerIdByLookup } from './endpoints/customer.ts';
import type { Call } from './endpoints/call.ts';
import { ledgerBalance } from './endpoints/ledgerBalance.ts';
import { pointsBalanceById, pointsBalanceByLookup } from './endpoints/pointsBalance.ts';
import type { Endpoint } from './faults.ts';

/** Where a path leads. */
export interface Route {
  /** The endpoint's name in a fault. */
  readonly endpoint: Endpoint;
  readonly method: 'GET' | 'POST';
  /** The body of the right answer; throws a `Refusal`. Absent for the token, which is answered before all else. */
  readonly read?: (call: Call) => unknown;
}

const TOKEN: Route = { endpoint: 'token', method: 'POST' };
const LEDGER: Route = { endpoint: 'ledgerBalance', method: 'GET', read: ledgerBalance };
const LOOKUP: Route = { endpoint: 'lookup', method: 'GET', read: customerIdByLookup };
const BALANCE_LOOKUP: Route = { endpoint: 'pointsBalance', method: 'GET', read: pointsBalanceByLookup };

/** The route of a path; null for a resource that the sandbox does not have. */
export function routeOf(pathname: string): Route | null {
  switch (pathname) {
    case '/v3/oauth/token/generate':
      return TOKEN;
    case '/v2/pointsLedger/getCustomerLedgerBalance':
      return LEDGER;
    case '/v2/customers/lookup': // Before the paths with an id: `lookup` is none.
      return LOOKUP;
    case '/v2/customers/lookup/points/balance':
      return BALANCE_LOOKUP;
  }
  const [, id, rest] = /^\/v2\/customers\/([^/]+)(\/points\/balance)?$/.exec(pathname) ?? [];
  if (id === undefined) return null;
  return rest === undefined
    ? { endpoint: 'customer', method: 'GET', read: (call) => customerById(call, id) }
    : { endpoint: 'pointsBalance', method: 'GET', read: (call) => pointsBalanceById(call, id) };
}
