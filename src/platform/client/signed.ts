import type { CallLayer } from './call.ts';
import type { PlatformAnswer } from '../answer/answer.ts';
import { PlatformProblem } from '../answer/problem.ts';
import { Failed, type Done, type Outcome } from '../outcome.ts';
import type { AuthorizationHeaders, Authorizer } from './credentials.ts';
import type { Sender } from './sender.ts';

/**
 * Signs a request and sends it. Refused for its token (401, 498), it is sent once more with a fresh one; a second
 * refusal stands as `PLATFORM_DENIED`.
 */
export function createSignedCall(send: Sender, authorizer: Authorizer): CallLayer {
  return ({ endpoint, path, searchParams }, context, done) => {
    const fail = (reason: unknown) => done(new Failed(reason));
    const sendWith = (headers: AuthorizationHeaders, told: Done<PlatformAnswer>) =>
      send(endpoint, { method: 'GET', path, searchParams, headers }, context, told);
    const begin = (headers: AuthorizationHeaders) =>
      sendWith(headers, (outcome) => {
        if (!isExpired(outcome)) {
          done(outcome);
          return;
        }
        authorizer.renew(headers, context.signal).then((fresh) => {
          if (fresh === null) done(outcome);
          else sendWith(fresh, done);
        }, fail);
      });

    const signed = authorizer.headers(context.signal);
    if (signed instanceof Promise) signed.then(begin, fail);
    else begin(signed);
  };
}

function isExpired(outcome: Outcome<PlatformAnswer>): boolean {
  return outcome instanceof Failed && outcome.reason instanceof PlatformProblem && outcome.reason.kind === 'expired';
}
