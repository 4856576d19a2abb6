import type { Clock } from '../../domain/clock.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { Telemetry } from '../../domain/telemetry.ts';
import { Breaker, type BreakerRules, type BreakerState } from './breaker.ts';
import type { PlatformCall, PlatformRequest } from './call.ts';
import { PlatformProblem } from '../answer/problem.ts';

type Endpoint = PlatformRequest['endpoint'];

/** The platform failed. Any other error is an answer: about the customer, the caller, or our credentials. */
const FAILURES: ReadonlySet<ErrorCode> = new Set(['PLATFORM_UNAVAILABLE', 'PLATFORM_TIMEOUT', 'PLATFORM_BAD_RESPONSE']);

/** The detail of an error that says: the breaker is open, nothing was sent. */
export const BREAKER_OPEN = 'breaker open';

/** A call behind its breakers, and how they stand. */
export interface GuardedCall {
  readonly call: PlatformCall;
  readonly states: () => Readonly<Record<Endpoint, BreakerState>>;
}

/** One breaker for each endpoint: one that fails does not take the others with it. */
export function withBreakers(
  call: PlatformCall,
  options: { readonly rules: BreakerRules; readonly clock: Clock; readonly telemetry: Telemetry },
): GuardedCall {
  const { rules, clock, telemetry } = options;
  const breakers: Readonly<Record<Endpoint, Breaker>> = {
    pointsBalance: new Breaker(rules, clock),
    ledgerBalance: new Breaker(rules, clock),
    customer: new Breaker(rules, clock),
    lookup: new Breaker(rules, clock),
  };

  /** Does something to a breaker, and tells when it has another state after it. */
  function move<T>(endpoint: Endpoint, act: (breaker: Breaker) => T): T {
    const breaker = breakers[endpoint];
    const before = breaker.state;
    const result = act(breaker);
    if (breaker.state !== before) telemetry.breakerMoved(endpoint, breaker.state);
    return result;
  }

  const guarded: PlatformCall = async (request, context) => {
    const admission = move(request.endpoint, (breaker) => breaker.admit());
    if (!admission.isAdmitted) throw isOpen(request.endpoint, admission.retryAfterMs);
    let isFailure: boolean | undefined;
    try {
      const answer = await call(request, context);
      isFailure = false;
      return answer;
    } catch (error) {
      isFailure = failureOf(error);
      throw error;
    } finally {
      move(request.endpoint, (breaker) => breaker.settle(admission, isFailure));
    }
  };
  return {
    call: guarded,
    states: () => ({
      pointsBalance: breakers.pointsBalance.state,
      ledgerBalance: breakers.ledgerBalance.state,
      customer: breakers.customer.state,
      lookup: breakers.lookup.state,
    }),
  };
}

/** Undefined for what tells nothing of the platform: the asker has left, or the quota was spent before it was asked. */
function failureOf(error: unknown): boolean | undefined {
  if (!(error instanceof PlatformProblem) || error.code === 'PLATFORM_QUOTA_SPENT') return undefined;
  if (error.facts.endpoint === 'token') return undefined; // Not this endpoint's failure.
  return FAILURES.has(error.code);
}

function isOpen(endpoint: Endpoint, retryAfterMs: number): PlatformProblem {
  const facts = { endpoint, detail: BREAKER_OPEN, retryAfterMs: Math.ceil(retryAfterMs) };
  return new PlatformProblem('PLATFORM_UNAVAILABLE', 'final', facts);
}
