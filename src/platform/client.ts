import type { Clock } from '../domain/clock.ts';
import type { PlatformCall } from './call.ts';
import { withConcurrencyLimit } from './concurrency.ts';
import { createTillAuthorizer, type PlatformCredentials } from './credentials.ts';
import { createHttpTransport } from './http.ts';
import { createSignedCall } from './signed.ts';
import { createTokenAuthorizer } from './token.ts';

export interface PlatformClientOptions {
  /** `https://{host}/`, without `v2`. */
  readonly baseUrl: URL;
  readonly credentials: PlatformCredentials;
  readonly maxConcurrent: number;
  /** A token call serves many operations; it is cut off after this long. */
  readonly tokenTimeoutMs: number;
  readonly clock: Clock;
}

export interface PlatformClient {
  readonly call: PlatformCall;
  /** Closes idle connections. */
  readonly close: () => void;
}

const CONNECT_TIMEOUT_MS = 400;
/** A page of a ledger is some 3 kB; what is larger than this is not an answer. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Stacks the layers a call goes through, outermost last: concurrency > signature > HTTP. */
export function createPlatformClient({
  baseUrl,
  credentials,
  maxConcurrent,
  tokenTimeoutMs,
  clock,
}: PlatformClientOptions): PlatformClient {
  const transport = createHttpTransport({
    baseUrl,
    maxConnections: maxConcurrent + 1, // One more for the token.
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    maxBodyBytes: MAX_BODY_BYTES,
  });
  const authorizer =
    credentials.kind === 'oauth'
      ? createTokenAuthorizer({ transport, clock, credentials, timeoutMs: tokenTimeoutMs })
      : createTillAuthorizer(credentials);
  return {
    call: withConcurrencyLimit(createSignedCall({ transport, clock, authorizer }), maxConcurrent),
    close: () => transport.close(),
  };
}
