import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';
import type { Clock } from '../domain/clock.ts';
import { parseCustomerId } from '../domain/customer.ts';
import { GatewayError } from '../domain/errors.ts';
import { STRANGER, type Viewer } from './viewer.ts';

/** Takes an `Authorization` header for who it says the caller is. */
export type Authenticate = (authorization: string | undefined) => Promise<Viewer>;

export interface TokenRules {
  readonly jwksUrl: URL;
  readonly issuer: string;
  readonly audience: string;
  /** The claim that holds the caller's own customer id. */
  readonly customerClaim: string;
  /** The scope that may read every customer. */
  readonly readAnyScope: string;
  readonly clock: Clock;
}

/** Asymmetric only: a key set is public, so nothing signed with a shared secret can be from the issuer. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const TOLERANCE_SECONDS = 30;
const MAX_TOKEN_LENGTH = 8192;

/**
 * Callers by JWT (RFC 7519, RFC 8725) against a key set. No header is a stranger; a header that is not a valid bearer
 * token is refused.
 */
export function createJwtAuthenticate(rules: TokenRules): Authenticate {
  const { jwksUrl, issuer, audience, clock } = rules;
  const keys = createRemoteJWKSet(jwksUrl);

  return async (authorization) => {
    if (authorization === undefined) return STRANGER;
    const token = /^Bearer ([A-Za-z0-9._-]+)$/i.exec(authorization)?.[1];
    if (token === undefined || token.length > MAX_TOKEN_LENGTH) throw new GatewayError('UNAUTHENTICATED');
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ALGORITHMS,
        issuer,
        audience,
        clockTolerance: TOLERANCE_SECONDS,
        currentDate: new Date(clock.now()),
        requiredClaims: ['exp', 'iss', 'aud'],
      });
      return viewerOf(payload, rules);
    } catch (error) {
      throw refusalOf(error);
    }
  };
}

/** Whose fault it is that a token was not taken; of jose's errors only the code, for their messages may quote it. */
function refusalOf(error: unknown): GatewayError {
  const code = error instanceof errors.JOSEError ? error.code : undefined;
  // No answer, another status than 200, or no key set in it: the caller's token may be as good as any.
  const isOurs = code === undefined || KEY_SET_FAILURES.has(code);
  return new GatewayError(isOurs ? 'AUTH_UNAVAILABLE' : 'UNAUTHENTICATED', { detail: code ?? 'key set not readable' });
}

const KEY_SET_FAILURES: ReadonlySet<string> = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']);

/** Where no tokens are asked for, everybody is this viewer. */
export function createOpenAuthenticate(viewer: Viewer): Authenticate {
  return () => Promise.resolve(viewer);
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
