import type { Clock } from '../domain/clock.ts';
import { attempt } from './attempt.ts';
import type { PlatformCall } from './call.ts';
import type { AuthorizationHeaders, Authorizer } from './credentials.ts';
import type { Transport } from './http.ts';
import { PlatformProblem } from './problem.ts';

/**
 * The lowest layer of the client: signs a request and sends it. Refused for its token (401, 498), it is sent once more
 * with a fresh one; a second refusal stands as `PLATFORM_DENIED`.
 */
export function createSignedCall(options: {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly authorizer: Authorizer;
}): PlatformCall {
  const { authorizer } = options;

  return async ({ endpoint, path, searchParams }, { signal, meter }) => {
    const send = (headers: AuthorizationHeaders) => {
      meter.platformCalls += 1;
      return attempt(options, endpoint, { method: 'GET', path, searchParams, headers }, signal);
    };

    const headers = await authorizer.headers(signal);
    try {
      return await send(headers);
    } catch (error) {
      if (!(error instanceof PlatformProblem) || error.kind !== 'expired') throw error;
      const fresh = await authorizer.renew(headers, signal);
      if (fresh === null) throw error;
      return send(fresh);
    }
  };
}
