import type { Clock } from '../domain/clock.ts';
import { attempt } from './attempt.ts';
import type { AuthorizationHeaders, Authorizer, PlatformCredentials } from './credentials.ts';
import { decodeToken } from './decode.ts';
import type { Transport } from './http.ts';
import { PlatformProblem } from './problem.ts';
import { waitFor } from './waitFor.ts';

export interface TokenOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly credentials: Extract<PlatformCredentials, { kind: 'oauth' }>;
  /** A token call is cut off after this long; it serves many operations, so no single deadline bounds it. */
  readonly timeoutMs: number;
}

/** A token is renewed in the background after this share of its life. */
const RENEW_AFTER = 0.8;
/** After a failed fetch nobody asks again for this long: waiters in a queue would else ask one after the other. */
const HOLD_FAILURE_MS = 1000;

interface Token {
  readonly headers: AuthorizationHeaders;
  readonly receivedAtMs: number;
  /** On the monotonic clock, counted from the moment the answer came: the token's own `exp` trusts another clock. */
  readonly renewAtMs: number;
  readonly expiresAtMs: number;
}

/**
 * OAuth: one token, fetched once for all who wait for it, renewed in the background, and replaced at once when the
 * platform refuses it. There is no refresh token: each renewal is a sign-in.
 *
 * @see https://docs.capillarytech.com/reference/oauth
 */
export function createTokenAuthorizer({ transport, clock, credentials, timeoutMs }: TokenOptions): Authorizer {
  let current: Token | undefined;
  let fetching: Promise<Token> | undefined;
  let replacement: AuthorizationHeaders | undefined;
  let failure: { readonly error: unknown; readonly untilMs: number } | undefined;

  async function signIn(): Promise<Token> {
    const timeout = new AbortController();
    const cancel = clock.after(timeoutMs, () => timeout.abort(tokenTimeout()));
    try {
      const { clientKey, clientSecret } = credentials;
      const request = {
        method: 'POST',
        path: 'v3/oauth/token/generate',
        searchParams: {},
        headers: {},
        json: { key: clientKey, secret: clientSecret.reveal() },
      } as const;
      const { accessToken, ttlSeconds } = decodeToken(
        await attempt({ transport, clock }, 'token', request, timeout.signal),
      );
      const receivedAtMs = clock.monotonicMs();
      current = {
        headers: { 'x-cap-api-oauth-token': accessToken },
        receivedAtMs,
        renewAtMs: receivedAtMs + ttlSeconds * 1000 * RENEW_AFTER,
        expiresAtMs: receivedAtMs + ttlSeconds * 1000,
      };
      failure = undefined;
      return current;
    } catch (error) {
      failure = { error, untilMs: clock.monotonicMs() + HOLD_FAILURE_MS };
      throw error;
    } finally {
      cancel();
    }
  }

  function fetchOnce(): Promise<Token> {
    if (fetching !== undefined) return fetching;
    if (failure !== undefined && clock.monotonicMs() < failure.untilMs) return Promise.reject(failure.error);
    fetching = signIn().finally(() => (fetching = undefined));
    return fetching;
  }

  return {
    async headers(signal) {
      const nowMs = clock.monotonicMs();
      if (current === undefined || nowMs >= current.expiresAtMs) return (await waitFor(fetchOnce(), signal)).headers;
      // Failing here costs nobody anything yet: the token in hand holds until it expires.
      if (nowMs >= current.renewAtMs) fetchOnce().catch(() => undefined);
      return current.headers;
    },

    async renew(refused, signal) {
      // Somebody else may have renewed it while this call was under way.
      if (current !== undefined && current.headers !== refused) return current.headers;
      // The one that replaced a refused token is refused as well: yet another would fare no better.
      if (replacement === refused && current !== undefined) {
        if (clock.monotonicMs() < current.receivedAtMs + HOLD_FAILURE_MS) return null;
      }
      const { headers } = await waitFor(fetchOnce(), signal);
      replacement = headers;
      return headers;
    },
  };
}

function tokenTimeout(): PlatformProblem {
  return new PlatformProblem('PLATFORM_UNAVAILABLE', 'transient', { endpoint: 'token', detail: 'no token in time' });
}
