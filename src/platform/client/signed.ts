import type { CallContext, CallLayer, PlatformRequest } from './call.ts';
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
  function sendSigned(
    headers: AuthorizationHeaders,
    { endpoint, path, searchParams }: PlatformRequest,
    context: CallContext,
    done: Done<PlatformAnswer>,
  ): void {
    send(endpoint, { method: 'GET', path, searchParams, headers }, context, done);
  }

  function begin(
    headers: AuthorizationHeaders,
    request: PlatformRequest,
    context: CallContext,
    done: Done<PlatformAnswer>,
  ): void {
    sendSigned(headers, request, context, (outcome) => {
      if (!isExpired(outcome)) {
        done(outcome);
        return;
      }
      authorizer.renew(headers, context.signal).then(
        (fresh) => {
          if (fresh === null) done(outcome);
          else sendSigned(fresh, request, context, done);
        },
        (reason: unknown) => done(new Failed(reason)),
      );
    });
  }

  return (request, context, done) => {
    const signed = authorizer.headers(context.signal);
    if (!(signed instanceof Promise)) begin(signed, request, context, done);
    else {
      signed.then(
        (headers) => begin(headers, request, context, done),
        (reason: unknown) => done(new Failed(reason)),
      );
    }
  };
}

function isExpired(outcome: Outcome<PlatformAnswer>): boolean {
  return outcome instanceof Failed && outcome.reason instanceof PlatformProblem && outcome.reason.kind === 'expired';
}
