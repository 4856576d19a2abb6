import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { GatewayError, type ErrorCode } from '../domain/errors.ts';
import { SECURITY_HEADERS, type Head } from './head.ts';

/** What a request can be refused for before GraphQL sees it. */
export type HttpRefusalCode =
  | 'BAD_REQUEST'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'REQUEST_TIMEOUT'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'EXPECTATION_FAILED'
  | 'TOO_MANY_REQUESTS'
  | 'REQUEST_HEADER_FIELDS_TOO_LARGE'
  | 'OVERLOADED';

/** A request that is refused before GraphQL sees it, with the status that says so. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';
  readonly status: number;
  readonly code: HttpRefusalCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: HttpRefusalCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** Over the bytes that Node reads of headers, or the number that we read. */
export function headersTooLarge(): HttpRefusal {
  return new HttpRefusal(431, 'REQUEST_HEADER_FIELDS_TOO_LARGE', 'The headers are too large, or too many.');
}

/** Another method than those that GraphQL is served by. */
export function notAllowed(): HttpRefusal {
  return new HttpRefusal(405, 'METHOD_NOT_ALLOWED', 'Use POST, or GET for a query.', { allow: 'GET, POST' });
}

/** What Node's parser says of a request it could not read. */
export function unparsed(code: string | undefined): HttpRefusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return headersTooLarge();
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new HttpRefusal(413, 'PAYLOAD_TOO_LARGE', 'The body is too large.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpRefusal(408, 'REQUEST_TIMEOUT', 'The request took too long.');
    default:
      return new HttpRefusal(400, 'BAD_REQUEST', 'This is not an HTTP request.');
  }
}

/** The statuses of our own errors where one refuses a whole request. */
const STATUSES: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  BAD_USER_INPUT: 400,
  AUTH_UNAVAILABLE: 503,
};

/** What is answered for a thrown thing: always JSON, in GraphQL's shape, and nothing of an unknown error. */
export function refusalOf(thrown: unknown): {
  status: number;
  code: string;
  message: string;
  retryable: boolean;
  retryAfterMs?: number | undefined;
  headers: Readonly<Record<string, string>>;
} {
  if (thrown instanceof HttpRefusal) {
    const { status, code, message, headers } = thrown;
    const seconds = headers['retry-after'];
    const retryAfterMs = seconds === undefined ? undefined : 1000 * Number(seconds);
    return { status, code, message, retryable: status === 503, retryAfterMs, headers };
  }
  if (thrown instanceof GatewayError) {
    const { code, message, retryable, facts } = thrown;
    const status = STATUSES[code] ?? 500;
    return { status, code, message, retryable, retryAfterMs: facts.retryAfterMs, headers: headersOf(status, thrown) };
  }
  return INTERNAL;
}

function headersOf(status: number, { facts: { retryAfterMs } }: GatewayError): Readonly<Record<string, string>> {
  return {
    // RFC 6750, section 3: a token was shown and is no good.
    ...(status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : {}),
    ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
  };
}

const INTERNAL = {
  status: 500,
  code: 'INTERNAL_SERVER_ERROR',
  message: 'Something went wrong here.',
  retryable: false,
  headers: {},
};

/** Writes an error in GraphQL's shape, whole; the caller ends the response. */
export function writeRefusal(response: ServerResponse, head: Head, thrown: unknown): void {
  const { status, headers } = refusalOf(thrown);
  const body = bodyOf(thrown);
  for (const [name, value] of Object.entries(headers)) head.set(name, value);
  head.set('content-type', 'application/json; charset=utf-8');
  head.set('content-length', String(Buffer.byteLength(body)));
  head.write(response, status).write(body);
}

function bodyOf(thrown: unknown): string {
  const { code, message, retryable, retryAfterMs } = refusalOf(thrown);
  return JSON.stringify({ errors: [{ message, extensions: { code, retryable, retryAfterMs } }] });
}

/** Ends a connection whose request Node hands us no response for: the answer is written by hand. */
export function endConnection(socket: Duplex, refusal: HttpRefusal): void {
  const body = bodyOf(refusal);
  const headers = {
    ...SECURITY_HEADERS,
    ...refusal.headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
