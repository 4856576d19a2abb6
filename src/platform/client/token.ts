import type { Clock } from '../../domain/clock.ts';
import { createMeter } from '../../domain/operation.ts';
import { Stop } from '../../domain/stop.ts';
import type { Telemetry } from '../../domain/telemetry.ts';
import type { CallContext } from './call.ts';
import type { AuthorizationHeaders, Authorizer, PlatformCredentials } from './credentials.ts';
import { decodeToken } from '../answer/decode.ts';
import { PlatformProblem } from '../answer/problem.ts';
import { promiseOf } from '../outcome.ts';
import type { Sender } from './sender.ts';
import { waitFor } from '../waitFor.ts';

export interface TokenOptions {
  readonly send: Sender;
  readonly clock: Clock;
  readonly credentials: Extract<PlatformCredentials, { kind: 'oauth' }>;
  /** A token call is cut off after this long; it serves many operations, so no single deadline bounds it. */
  readonly timeoutMs: number;
  readonly telemetry: Telemetry;
}

/** A token is renewed in the background after this share of its life. */
const RENEW_AFTER = 0.8;
/** After a failed fetch nobody asks again for this long: waiters in a queue would else ask one after the other. */
const HOLD_FAILURE_MS = 1000;
/** As long as the token in hand holds there is no hurry, and each try takes a place in the quota. */
const HOLD_RENEWAL_MS = 10_000;

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
export function createTokenAuthorizer(options: TokenOptions): Authorizer {
  const { send, clock, credentials, timeoutMs, telemetry } = options;
  let current: Token | undefined;
  let fetching: Promise<Token> | undefined;
  let replacement: AuthorizationHeaders | undefined;
  let failure: { readonly error: unknown; readonly atMs: number } | undefined;

  async function signIn(): Promise<Token> {
    const timeout = new Stop();
    const endMs = clock.monotonicMs() + timeoutMs;
    const context: CallContext = {
      signal: timeout,
      deadlineAtMs: () => endMs,
      priority: () => 'interactive',
      meter: createMeter(), // It is nobody's own call.
    };
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
      const { accessToken, ttlSeconds } = decodeToken(await promiseOf((done) => send('token', request, context, done)));
      const receivedAtMs = clock.monotonicMs();
      current = {
        headers: { 'x-cap-api-oauth-token': accessToken },
        receivedAtMs,
        renewAtMs: receivedAtMs + ttlSeconds * 1000 * RENEW_AFTER,
        expiresAtMs: receivedAtMs + ttlSeconds * 1000,
      };
      failure = undefined;
      telemetry.tokenFetched('ok');
      return current;
    } catch (error) {
      const problem = final(error);
      failure = { error: problem, atMs: clock.monotonicMs() };
      telemetry.tokenFetched('failed', problem instanceof PlatformProblem ? problem.facts.detail : undefined);
      throw problem;
    } finally {
      cancel();
    }
  }

  function fetchOnce(): Promise<Token> {
    if (fetching !== undefined) return fetching;
    if (failure !== undefined && clock.monotonicMs() < failure.atMs + HOLD_FAILURE_MS) {
      return Promise.reject(failure.error);
    }
    fetching = signIn().finally(() => (fetching = undefined));
    return fetching;
  }

  return {
    headers(signal) {
      const nowMs = clock.monotonicMs();
      if (current === undefined || nowMs >= current.expiresAtMs) {
        return waitFor(fetchOnce(), signal).then(({ headers }) => headers);
      }
      // Failing here costs nobody anything yet: the token in hand holds until it expires.
      const isHeld = failure !== undefined && nowMs < failure.atMs + HOLD_RENEWAL_MS;
      if (nowMs >= current.renewAtMs && !isHeld) fetchOnce().catch(() => undefined);
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

/** A sign-in serves many reads: none of them tries it again on its own account. */
function final(error: unknown): unknown {
  return error instanceof PlatformProblem ? new PlatformProblem(error.code, 'final', error.facts) : error;
}
