import { GatewayError, type ErrorCode, type ErrorFacts } from '../../domain/errors.ts';
import type { EndpointFamily } from './endpointName.ts';

/**
 * What the layers of the client may do about a failure: `expired` is answered with a fresh token once, `transient` may
 * go away by itself, `final` stays.
 */
export type ProblemKind = 'expired' | 'transient' | 'final';

/** A failure of the platform, in our words. */
export class PlatformProblem extends GatewayError {
  override readonly name = 'PlatformProblem';
  readonly kind: ProblemKind;

  constructor(code: ErrorCode, kind: ProblemKind, facts: ErrorFacts = {}) {
    super(code, facts);
    this.kind = kind;
  }
}

type Meaning = readonly [ErrorCode, ProblemKind];

const NOT_FOUND: Meaning = ['CUSTOMER_NOT_FOUND', 'final'];
const LOOKUP: Meaning = ['INVALID_LOOKUP', 'final'];
const PROGRAM: Meaning = ['INVALID_PROGRAM', 'final'];
const GROUP: Meaning = ['INVALID_GROUP', 'final'];
const FILTER: Meaning = ['INVALID_FILTER', 'final'];
const DENIED: Meaning = ['PLATFORM_DENIED', 'final'];
const EXPIRED: Meaning = ['PLATFORM_DENIED', 'expired'];
const QUOTA: Meaning = ['PLATFORM_QUOTA_SPENT', 'final'];
const BUSY: Meaning = ['PLATFORM_UNAVAILABLE', 'transient'];
const BAD: Meaning = ['PLATFORM_BAD_RESPONSE', 'final'];

function meanings(codes: readonly number[], meaning: Meaning): [number, Meaning][] {
  return codes.map((code) => [code, meaning]);
}

const REQUEST_LEVEL = [
  ...meanings([401, 498], EXPIRED),
  ...meanings([403, 4000, 320001], DENIED),
  ...meanings([429, 517], QUOTA),
  ...meanings([461, 500, 502, 503, 504, 520, 521, 4001], BUSY),
];

/** Everything about a customer; the ledger answers with the same codes when it cannot find whose it is. */
const CUSTOMER = [
  ...REQUEST_LEVEL,
  // Merged away and no data with it: to the caller there is no such customer any more.
  ...meanings([8015, 8065, 8069, 8089, 1218, 91009], NOT_FOUND),
  ...meanings([8001, 8002, 8003, 8011, 8012, 8013, 8016, 8045, 8091, 8092, 8093, 8127], LOOKUP),
  ...meanings([1212], ['INVALID_ENTITY_TYPE', 'final']),
  ...meanings([1620, 1632], GROUP),
  ...meanings([885, 1213], PROGRAM),
];

/**
 * The platform's codes, by family of endpoints.
 *
 * @see https://docs.capillarytech.com/reference/get-points-balance
 * @see https://docs.capillarytech.com/reference/get-customer-ledger-balance
 * @see https://docs.capillarytech.com/reference/api-status-codes
 */
const CODES: Readonly<Record<EndpointFamily, ReadonlyMap<number, Meaning>>> = {
  customer: new Map(CUSTOMER),
  ledger: new Map([
    ...CUSTOMER,
    ...meanings([9003, 11002], BUSY),
    ...meanings([9005, 9018, 11001, 11004], FILTER),
    ...meanings([11005], PROGRAM),
    // 11006 to 11029: of the whole ledger family, some of them for its sister endpoints.
    ...meanings(
      Array.from({ length: 24 }, (_, index) => 11006 + index),
      FILTER,
    ),
  ]),
  token: new Map([...REQUEST_LEVEL, ...meanings([401], DENIED)]),
};

/** "No ledger entries for these parameters", also for a page past the last, and "no results": nothing failed. */
const EMPTY_CODES: Readonly<Record<EndpointFamily, ReadonlySet<number>>> = {
  customer: new Set(),
  ledger: new Set([11003, 814]),
  token: new Set(),
};

/** Whether this code says "nothing found" rather than "failed". */
export function isEmptyCode(family: EndpointFamily, platformCode: number): boolean {
  return EMPTY_CODES[family].has(platformCode);
}

/** The problem a code in the body stands for; a code that is not in the family's table is a bad response. */
export function problemOfCode(family: EndpointFamily, platformCode: number, facts: ErrorFacts): PlatformProblem {
  const known = CODES[family].get(platformCode);
  const [code, kind] = known ?? BAD;
  const detail = known === undefined ? 'unknown platform code' : 'platform error';
  return new PlatformProblem(code, kind, { detail, ...facts, platformCode });
}

/** Whether the family's table knows this code. */
export function isKnownCode(family: EndpointFamily, platformCode: number): boolean {
  return CODES[family].has(platformCode);
}

/** The problem an HTTP status stands for when the body names none. Never called for 2xx. */
export function problemOfStatus(family: EndpointFamily, status: number, facts: ErrorFacts): PlatformProblem {
  const [code, kind] = CODES[family].get(status) ?? (status >= 500 ? BUSY : BAD);
  return new PlatformProblem(code, kind, { detail: `HTTP ${status}`, ...facts });
}
