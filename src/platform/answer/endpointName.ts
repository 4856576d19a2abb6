/** The REST calls we make, by the names they have in logs and metrics: their URLs hold customer ids. */
export type EndpointName = 'token' | 'pointsBalance' | 'ledgerBalance' | 'customer' | 'lookup';

/** Which table of error codes applies: the platform's codes are not unique across its domains. */
export type EndpointFamily = 'customer' | 'ledger' | 'token';

const FAMILIES: Readonly<Record<EndpointName, EndpointFamily>> = {
  token: 'token',
  pointsBalance: 'customer',
  ledgerBalance: 'ledger',
  customer: 'customer',
  lookup: 'customer',
};

/** The family of error codes an endpoint answers with. */
export function familyOf(endpoint: EndpointName): EndpointFamily {
  return FAMILIES[endpoint];
}
