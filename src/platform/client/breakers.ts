import type { Clock } from '../../domain/clock.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { Telemetry } from '../../domain/telemetry.ts';
import { Breaker, type BreakerRules, type BreakerState } from './breaker.ts';
import type { CallLayer, PlatformRequest } from './call.ts';
import { PlatformProblem } from '../answer/problem.ts';
import { Failed } from '../outcome.ts';

type Endpoint = PlatformRequest['endpoint'];

/** The platform failed. Any other error is an answer: about the customer, the caller, or our credentials. */
const FAILURES: ReadonlySet<ErrorCode> = new Set(['PLATFORM_UNAVAILABLE', 'PLATFORM_TIMEOUT', 'PLATFORM_BAD_RESPONSE']);

/** The detail of an error that says: the breaker is open, nothing was sent. */
export const BREAKER_OPEN = 'breaker open';

/** A call behind its breakers, and how they stand. */
export interface GuardedCall {
  readonly call: CallLayer;
  readonly states: () => Readonly<Record<Endpoint, BreakerState>>;
}

/** One breaker for each endpoint: one that fails does not take the others with it. */
export function withBreakers(
  call: CallLayer,
  options: { readonly rules: BreakerRules; readonly clock: Clock; readonly telemetry: Telemetry },
): GuardedCall {
  const { rules, clock, telemetry } = options;
  const breakers: Readonly<Record<Endpoint, Breaker>> = {
    pointsBalance: new Breaker(rules, clock),
    ledgerBalance: new Breaker(rules, clock),
    customer: new Breaker(rules, clock),
    lookup: new Breaker(rules, clock),
  };

  function tellMove(endpoint: Endpoint, before: BreakerState): void {
    const { state } = breakers[endpoint];
    if (state !== before) telemetry.breakerMoved(endpoint, state);
  }

  const guarded: CallLayer = (request, context, done) => {
    const { endpoint } = request;
    const breaker = breakers[endpoint];
    const before = breaker.state;
    const admission = breaker.admit();
    tellMove(endpoint, before);
    if (!admission.isAdmitted) {
      done(new Failed(isOpen(endpoint, admission.retryAfterMs)));
      return;
    }
    call(request, context, (outcome) => {
      const state = breaker.state;
      try {
        breaker.settle(admission, outcome instanceof Failed ? failureOf(outcome.reason) : false);
        tellMove(endpoint, state);
      } catch (error) {
        done(new Failed(error));
        return;
      }
      done(outcome);
    });
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
