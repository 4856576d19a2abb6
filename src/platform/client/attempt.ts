import type { Clock } from '../../domain/clock.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { StopSignal } from '../../domain/stop.ts';
import { readAnswer, type PlatformAnswer } from '../answer/answer.ts';
import type { EndpointName } from '../answer/endpointName.ts';
import type { HttpRequest, Transport } from '../transport/http.ts';
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
 * Sends one request and takes the answer for what it says.
 *
 * @throws {PlatformProblem} for every failure but an abort, which throws the signal's reason
 */
export async function attempt(
  { transport, clock }: { readonly transport: Transport; readonly clock: Clock },
  endpoint: EndpointName,
  request: HttpRequest,
  signal: StopSignal,
): Promise<PlatformAnswer> {
  try {
    const answer = await transport.send(request, signal);
    return readAnswer(endpoint, answer, new Date(clock.now()));
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    const [code, kind] = MEANINGS[error.failure];
    throw new PlatformProblem(code, kind, { endpoint, detail: error.failure });
  }
}
