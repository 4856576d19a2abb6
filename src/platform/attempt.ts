import type { Clock } from '../domain/clock.ts';
import { readAnswer, type PlatformAnswer } from './answer.ts';
import type { EndpointName } from './endpointName.ts';
import type { HttpRequest, Transport } from './http.ts';
import { PlatformProblem } from './problem.ts';
import { TransportError, type TransportFailure } from './transportError.ts';

const KINDS: Readonly<Record<TransportFailure, readonly ['unavailable' | 'unusable', 'transient' | 'final']>> = {
  'connection failed': ['unavailable', 'transient'],
  'connection reset': ['unavailable', 'transient'],
  'name lookup failed': ['unavailable', 'transient'],
  'no connection in time': ['unavailable', 'transient'],
  failed: ['unavailable', 'transient'],
  // Neither mends itself within a request.
  'host unknown': ['unavailable', 'final'],
  'certificate refused': ['unavailable', 'final'],
  'body too large': ['unusable', 'final'],
  'body not decompressed': ['unusable', 'final'],
  'path leaves the base URL': ['unusable', 'final'],
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
  signal: AbortSignal,
): Promise<PlatformAnswer> {
  try {
    const answer = await transport.send(request, signal);
    return readAnswer(endpoint, answer, new Date(clock.now()));
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    const [outcome, kind] = KINDS[error.failure];
    const code = outcome === 'unusable' ? 'PLATFORM_BAD_RESPONSE' : 'PLATFORM_UNAVAILABLE';
    throw new PlatformProblem(code, kind, { endpoint, detail: error.failure });
  }
}
