import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../domain/errors.ts';
import { headersTooLarge, HttpRefusal } from './refusal.ts';

const MAX_HEADERS = 100;
/** Where a token must not be: an address is written down in logs and histories. RFC 6750, section 2.3. */
const TOKEN_PARAMETERS: ReadonlySet<string> = new Set([
  'access_token',
  'authorization',
  'bearer',
  'id_token',
  'jwt',
  'token',
]);

/**
 * Refuses what could be understood in two ways, or asks for something else than an answer: by anything that stands
 * before us and by us. Node leaves these to whoever reads the headers, and takes the first of two.
 *
 * @throws {HttpRefusal} 431 for too many headers, 400 for none or several hosts, or another protocol
 * @throws {GatewayError} `UNAUTHENTICATED` for two tokens, or one in the address
 */
export function assertWellFormed(request: IncomingMessage, search: string): void {
  const { rawHeaders, httpVersion } = request;
  if (rawHeaders.length / 2 > MAX_HEADERS) throw headersTooLarge();
  const hosts = valuesOf('host', rawHeaders).length;
  // RFC 9112, section 3.2: exactly one, as of HTTP/1.1.
  if (hosts > 1 || (hosts === 0 && httpVersion !== '1.0')) {
    throw new HttpRefusal(400, 'BAD_REQUEST', 'Send one host header.');
  }
  const protocols = valuesOf('upgrade', rawHeaders);
  // Some clients offer h2c on each first request; RFC 9110, section 7.8 lets a server go on as if they had not.
  if (protocols.some((protocol) => protocol.trim().toLowerCase() !== 'h2c')) {
    throw new HttpRefusal(400, 'BAD_REQUEST', 'No other protocol than HTTP is spoken here.');
  }
  if (valuesOf('authorization', rawHeaders).length > 1) throw refusedToken('Send one authorization header.');
  if (search === '') return;
  const names = [...new URLSearchParams(search).keys()];
  if (names.some((name) => TOKEN_PARAMETERS.has(name.toLowerCase()))) {
    throw refusedToken('Send the token in the header authorization, never in the address.');
  }
}

/** All that was sent under one name; Node keeps only the first of some. */
function valuesOf(name: string, rawHeaders: readonly string[]): readonly string[] {
  const values: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const isNamed = rawHeaders[at]?.length === name.length && rawHeaders[at]?.toLowerCase() === name;
    if (isNamed) values.push(rawHeaders[at + 1] ?? '');
  }
  return values;
}

function refusedToken(publicMessage: string): GatewayError {
  return new GatewayError('UNAUTHENTICATED', { publicMessage, detail: 'not one token in one header' });
}
