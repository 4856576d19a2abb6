/** How an attempt failed before a whole answer was there. */
export type TransportFailure =
  | 'connection failed'
  | 'connection reset'
  | 'host unknown'
  | 'name lookup failed'
  | 'no connection in time'
  | 'certificate refused'
  | 'body too slow'
  | 'body too large'
  | 'body not decompressed'
  | 'path leaves the base URL'
  | 'failed';

/**
 * No whole answer. It holds a word of ours only: a client library's own error carries the URL with its query, and every
 * request header, so it is never kept as a cause.
 */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly failure: TransportFailure;

  constructor(failure: TransportFailure) {
    super(failure);
    this.failure = failure;
  }
}

const FAILURES: Readonly<Record<string, TransportFailure>> = {
  ECONNREFUSED: 'connection failed',
  EHOSTUNREACH: 'connection failed',
  ENETUNREACH: 'connection failed',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ERR_READING_RESPONSE_STREAM: 'connection reset',
  UND_ERR_SOCKET: 'connection reset',
  ENOTFOUND: 'host unknown',
  EAI_AGAIN: 'name lookup failed',
  ETIMEDOUT: 'no connection in time',
};

/** The failure behind a client library's error, by its code; certificates have some thirty codes of their own. */
export function transportErrorOf(error: Error): TransportError {
  const code = 'code' in error ? error.code : undefined;
  if (typeof code !== 'string') return new TransportError('failed');
  const isCertificate = /^(CERT_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO$|HOSTNAME_MISMATCH$)/.test(code);
  return new TransportError(FAILURES[code] ?? (isCertificate ? 'certificate refused' : 'failed'));
}
