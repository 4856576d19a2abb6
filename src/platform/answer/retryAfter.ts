/**
 * `Retry-After` in milliseconds from `now`: delay-seconds or an HTTP date (RFC 9110, section 10.2.3). Undefined when
 * absent, negative, in the past or junk, so that nobody hammers the platform because of a malformed header.
 */
export function retryAfterMsOf(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^[0-9]{1,6}$/.test(text)) return Number(text) * 1000;
  if (!/^[A-Z][a-z]{2}, /.test(text)) return undefined;
  const delayMs = Date.parse(text) - now.getTime();
  return Number.isFinite(delayMs) && delayMs > 0 ? delayMs : undefined;
}
