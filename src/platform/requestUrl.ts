import type { HttpRequest } from './http.ts';
import { TransportError } from './transportError.ts';

/**
 * Where a request goes: below the base URL, for a path from outside must not lead anywhere else.
 *
 * @throws {TransportError} when it would
 */
export function requestUrl(baseUrl: URL, { path, searchParams }: HttpRequest): URL {
  const url = new URL(path, baseUrl);
  if (url.origin !== baseUrl.origin || url.pathname !== `${baseUrl.pathname}${path}`) {
    throw new TransportError('path leaves the base URL');
  }
  url.search = new URLSearchParams(searchParams).toString();
  return url;
}
