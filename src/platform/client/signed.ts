import type { PlatformCall } from './call.ts';
import type { AuthorizationHeaders, Authorizer } from './credentials.ts';
import { PlatformProblem } from '../answer/problem.ts';
import type { Sender } from './sender.ts';

/**
 * Signs a request and sends it. Refused for its token (401, 498), it is sent once more with a fresh one; a second
 * refusal stands as `PLATFORM_DENIED`.
 */
export function createSignedCall(send: Sender, authorizer: Authorizer): PlatformCall {
  return async ({ endpoint, path, searchParams }, context) => {
    const sendWith = (headers: AuthorizationHeaders) =>
      send(endpoint, { method: 'GET', path, searchParams, headers }, context);

    const signed = authorizer.headers(context.signal);
    const headers = signed instanceof Promise ? await signed : signed;
    try {
      return await sendWith(headers);
    } catch (error) {
      if (!(error instanceof PlatformProblem) || error.kind !== 'expired') throw error;
      const fresh = await authorizer.renew(headers, context.signal);
      if (fresh === null) throw error;
      return sendWith(fresh);
    }
  };
}
