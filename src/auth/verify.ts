import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import type { Clock } from '../domain/clock.ts';
import { parseCustomerId } from '../domain/customer.ts';
import { GatewayError } from '../domain/errors.ts';
import type { Keys } from './fetchKeys.ts';
import type { KeySet, WaitEnd } from './keySet.ts';
import { createVerifiedTokens } from './verifiedTokens.ts';
import { STRANGER, type Recognised, type Viewer } from './viewer.ts';

/**
 * Takes an `Authorization` header for who it says the caller is, at once where that is known; waits for nothing beyond the
 * end.
 *
 * @throws {GatewayError} `UNAUTHENTICATED` for a header that is no valid token, `AUTH_UNAVAILABLE` when that cannot be
 *   said
 */
export type Authenticate = (authorization: string | undefined, end: WaitEnd) => Promise<Recognised> | Recognised;

export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  /** The claim that holds the caller's own customer id. */
  readonly customerClaim: string;
  /** The scope that may read every customer. */
  readonly readAnyScope: string;
  /** From `iat` to `exp` at most: what is withdrawn at the issuer must come to an end here too. */
  readonly maxTokenAgeSeconds: number;
}

export interface JwtOptions {
  readonly rules: TokenRules;
  readonly keySet: KeySet;
  readonly clock: Clock;
}

/** Asymmetric only: a key set is public, so nothing signed with a shared secret can be from the issuer. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const TOLERANCE_SECONDS = 30;
const MAX_TOKEN_LENGTH = 8192;
const MAX_KEY_ID_LENGTH = 256;
const NO_TOKEN: Recognised = { viewer: STRANGER, isStill: () => true };

/**
 * Callers by JWT (RFC 7519, RFC 8725) against a key set. No header is a stranger; a header that is not a valid bearer
 * token is refused. The scheme's name may be of any case (RFC 9110, section 11.1).
 */
export function createJwtAuthenticate({ rules, keySet, clock }: JwtOptions): Authenticate {
  const verified = createVerifiedTokens(clock);

  return (authorization, end) => {
    if (authorization === undefined) return NO_TOKEN;
    const token = /^Bearer ([A-Za-z0-9._-]+)$/i.exec(authorization)?.[1];
    if (token === undefined || token.length > MAX_TOKEN_LENGTH) throw refused('no bearer token');
    // What these very keys have proved before needs no other look.
    const { young } = keySet;
    return (young && verified.find(token, young)) ?? recognise(token, end);
  };

  async function recognise(token: string, end: WaitEnd): Promise<Recognised> {
    assertPlausible(token);
    const keys = await keySet.current(end);
    const known = verified.find(token, keys);
    if (known !== undefined) return known;
    try {
      return await check(token, keys);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw refusalOf(error);
    }
    const newer = await keySet.newerThan(keys, end);
    if (newer === null) throw refused('no such key');
    return check(token, newer).catch((error: unknown) => {
      throw refusalOf(error);
    });
  }

  async function check(token: string, keys: Keys): Promise<Recognised> {
    const payload = await verify(token, keys, rules, clock);
    const untilMs = 1000 * (payload.exp + TOLERANCE_SECONDS);
    const isStill = () => clock.now() < untilMs && keySet.young === keys;
    const caller = { viewer: viewerOf(payload, rules), isStill };
    verified.keep(token, keys, caller, untilMs);
    return caller;
  }
}

/** Where no tokens are asked for, everybody is this viewer. */
export function createOpenAuthenticate(viewer: Viewer): Authenticate {
  const caller = { viewer, isStill: () => true };
  return () => caller;
}

/** Refuses for its header what no key could help, before any key is looked for. */
function assertPlausible(token: string): void {
  const { alg, kid } = headerOf(token);
  if (typeof alg !== 'string' || !ALGORITHMS.includes(alg)) throw refused('algorithm');
  // Keys in the header (jwk, jku, x5c, x5u) are the caller's own word: nothing reads them.
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KEY_ID_LENGTH)) throw refused('key id');
}

function headerOf(token: string): Readonly<Record<string, unknown>> {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw refused('no JWT');
  }
}

/** The claims of a token that these keys prove, all rules held. */
async function verify(
  token: string,
  keys: Keys,
  { issuer, audience, maxTokenAgeSeconds }: TokenRules,
  clock: Clock,
): Promise<JWTPayload & { readonly exp: number }> {
  const options = {
    algorithms: ALGORITHMS,
    issuer,
    audience,
    clockTolerance: TOLERANCE_SECONDS,
    maxTokenAge: maxTokenAgeSeconds,
    currentDate: new Date(clock.now()),
    requiredClaims: ['exp', 'iat', 'iss', 'aud'],
  };
  const { payload } = await jwtVerify(token, keys.find, options).catch(async (error: unknown) => {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    // No key id, and several keys of its kind: it may be any of them.
    for await (const key of error) {
      const attempt = await jwtVerify(token, key, options).catch(onlyWrongKey);
      if (attempt !== undefined) return attempt;
    }
    throw error;
  });
  const { exp, iat } = payload;
  if (exp === undefined || iat === undefined || exp - iat > maxTokenAgeSeconds) throw refused('lifetime');
  return { ...payload, exp };
}

function onlyWrongKey(error: unknown): undefined {
  if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
}

/** A refusal; `why` is for the log. */
function refused(why: string): GatewayError {
  return new GatewayError('UNAUTHENTICATED', { detail: why });
}

/** Of jose's errors only the code is kept, for their messages may quote the token. */
function refusalOf(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (error instanceof errors.JOSEError) return refused(error.code);
  // A key that is listed and cannot be used: the caller's token may be as good as any.
  return new GatewayError('AUTH_UNAVAILABLE', { detail: 'a key of the key set is not usable' });
}

function viewerOf(payload: JWTPayload, { customerClaim, readAnyScope }: TokenRules): Viewer {
  const scopes = typeof payload['scope'] === 'string' ? payload['scope'].split(' ') : [];
  const claim = payload[customerClaim];
  return {
    isAuthenticated: true,
    // A number may have lost digits when the token was parsed; only text counts.
    customerId: typeof claim === 'string' ? (parseCustomerId(claim) ?? null) : null,
    mayReadAny: scopes.includes(readAnyScope),
  };
}
