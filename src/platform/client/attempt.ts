import type { Clock } from '../../domain/clock.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { StopSignal } from '../../domain/stop.ts';
import { readAnswer, type PlatformAnswer } from '../answer/answer.ts';
import type { EndpointName } from '../answer/endpointName.ts';
import { Failed, type Done, type Outcome } from '../outcome.ts';
import type { HttpAnswer, HttpRequest, Transport } from '../transport/http.ts';
import { PlatformProblem, type ProblemKind } from '../answer/problem.ts';
import { TransportError, type TransportFailure } from '../transport/transportError.ts';

const MEANINGS: Readonly<Record<TransportFailure, readonly [ErrorCode, ProblemKind]>> = {
  'connection failed': ['PLATFORM_UNAVAILABLE', 'transient'],
  'connection reset': ['PLATFORM_UNAVAILABLE', 'transient'],
  'name lookup failed': ['PLATFORM_UNAVAILABLE', 'transient'],
  'no connection in time': ['PLATFORM_UNAVAILABLE', 'transient'],
  failed: ['PLATFORM_UNAVAILABLE', 'transient'],
  'body too slow': ['PLATFORM_TIMEOUT', 'transient'],
  // Neither mends itself within a request.
  'host unknown': ['PLATFORM_UNAVAILABLE', 'final'],
  'certificate refused': ['PLATFORM_UNAVAILABLE', 'final'],
  'body too large': ['PLATFORM_BAD_RESPONSE', 'final'],
  'body not decompressed': ['PLATFORM_BAD_RESPONSE', 'final'],
  'path leaves the base URL': ['PLATFORM_BAD_RESPONSE', 'final'],
};

/**
 * Sends one request and takes the answer for what it says. Every failure is told as a {@link PlatformProblem}, but an abort
 * as the signal's reason.
 */
export function attempt(
  { transport, clock }: { readonly transport: Transport; readonly clock: Clock },
  endpoint: EndpointName,
  request: HttpRequest,
  { signal, done }: { readonly signal: StopSignal; readonly done: Done<PlatformAnswer> },
): void {
  transport.send(request, signal, (outcome) => done(meaningOf(endpoint, outcome, clock)));
}

function meaningOf(endpoint: EndpointName, outcome: Outcome<HttpAnswer>, clock: Clock): Outcome<PlatformAnswer> {
  if (!(outcome instanceof Failed)) {
    try {
      return readAnswer(endpoint, outcome, new Date(clock.now()));
    } catch (error) {
      return new Failed(error);
    }
  }
  if (!(outcome.reason instanceof TransportError)) return outcome;
  const { failure } = outcome.reason;
  const [code, kind] = MEANINGS[failure];
  return new Failed(new PlatformProblem(code, kind, { endpoint, detail: failure }));
}
