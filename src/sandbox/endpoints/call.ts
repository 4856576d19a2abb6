import type { Found } from '../findCustomer.ts';
import type { Org } from '../org.ts';

/** What an endpoint is handed: an authorised call, and the world it is made in. */
export interface Call {
  readonly org: Org;
  readonly query: URLSearchParams;
  readonly nowMs: number;
  /** Whom to answer about: the customer found, except under the fault `other-customer`. */
  readonly answerAbout: (found: Found) => Found;
}
