import type { HttpRequest } from './http.ts';
import { TransportError } from './transportError.ts';

/** Nothing in it that a URL parser would read as anything but itself. */
const PLAIN_PATH = /^[\w-]+(?:\/[\w-]+)*$/;
/** What a form encodes as itself. */
const PLAIN_TEXT = /^[\w.*-]*$/;

/**
 * Makes what a request asks for, its path and query: below the base URL, for a path from outside must not lead anywhere
 * else. What is plain, as nearly all is, needs no parser: that would take as long as half of sending it.
 */
export function createRequestTarget(baseUrl: URL): (request: HttpRequest) => string {
  const { origin, pathname } = baseUrl;
  const isFolder = pathname.endsWith('/');

  /** @throws {TransportError} when it would lead elsewhere */
  function assertIsBelow(path: string): void {
    const url = new URL(path, baseUrl);
    if (url.origin !== origin || url.pathname !== `${pathname}${path}`) {
      throw new TransportError('path leaves the base URL');
    }
  }

  return ({ path, searchParams }) => {
    if (!isFolder || !PLAIN_PATH.test(path)) assertIsBelow(path);
    const query = queryOf(searchParams);
    return query === '' ? `${pathname}${path}` : `${pathname}${path}?${query}`;
  };
}

/** The parameters as a form writes them (`application/x-www-form-urlencoded`). */
function queryOf(searchParams: Readonly<Record<string, string>>): string {
  let query = '';
  for (const [name, value] of Object.entries(searchParams)) {
    if (!PLAIN_TEXT.test(name) || !PLAIN_TEXT.test(value)) return new URLSearchParams(searchParams).toString();
    query += query === '' ? `${name}=${value}` : `&${name}=${value}`;
  }
  return query;
}
