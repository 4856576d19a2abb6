/**
 * What the bench's platforms answer. Every figure tells whom it is about and when it was given, so that an answer which
 * reached the wrong caller, or is older than it says, shows.
 */

/** The points of customer `id`: each id's own. */
export function pointsOf(id: string): string {
  return `${id}.000`;
}

/** The closing balance of customer `id`: its own, and not the points. */
export function closingBalanceOf(id: string): string {
  return `${id}.500`;
}

/** A points balance; `givenAt` stands in `totalPoints`, a whole number of milliseconds. */
export function balanceBody(id: string, givenAt: number): string {
  return (
    `{"entityId":${id},"entityType":"CUSTOMER","totalPoints":${Math.floor(givenAt)},"mainPoints":${pointsOf(id)},` +
    `"promisedPoints":0.000,"promisedPointsBreakup":{"delayedAccrualPoints":0.000,"externalTriggerBasedPoints":0.000},` +
    `"warnings":[]}`
  );
}

/** One page of a ledger: `rows` rows, all there are. */
export function ledgerBody(id: string, rows: number): string {
  const row = (n: number) =>
    `{"pointsCategory":"Main","programId":${1000 + n},"programName":"Program ${n}","closingBalance":${closingBalanceOf(id)}}`;
  return (
    `{"customerDetails":{"userId":${id},"externalId":"EX-${id}","entityType":"CUSTOMER"},` +
    `"ledgerDetails":{"pageNumber":0,"pageSize":10,"totalEntries":${rows},"pageCount":1,` +
    `"ledgerClosingBalance":[${Array.from({ length: rows }, (_, n) => row(n)).join(',')}]},"warnings":[]}`
  );
}

/** A token and its life. */
export function tokenBody(token: string, ttlSeconds: number): string {
  return JSON.stringify({ data: { accessToken: token, ttlSeconds }, errors: null });
}

/** The v2 envelope around one error. */
export function errorBody(code: number): string {
  return `{"errors":[{"status":false,"code":${code},"message":"as the bench says"}],"warnings":[]}`;
}

/** Which call a path and its parameters are, and about whom. */
export interface CallAsked {
  readonly endpoint: 'token' | 'pointsBalance' | 'ledgerBalance' | 'other';
  /** Empty for a token. */
  readonly id: string;
}

/** Reads a call off its path, without a leading slash, and the ledger's `identifierValue`. */
export function callAsked(path: string, identifierValue: string | null | undefined): CallAsked {
  if (path === 'v3/oauth/token/generate') return { endpoint: 'token', id: '' };
  if (path === 'v2/pointsLedger/getCustomerLedgerBalance')
    return { endpoint: 'ledgerBalance', id: identifierValue ?? '' };
  const id = /^v2\/customers\/([0-9]+)\/points\/balance$/.exec(path)?.[1];
  return id === undefined ? { endpoint: 'other', id: '' } : { endpoint: 'pointsBalance', id };
}
