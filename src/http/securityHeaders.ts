import type { ServerResponse } from 'node:http';
import { NO_PAGE_POLICY } from './contentPolicy.ts';

/**
 * What every answer says to browsers and to whoever is on the way: answers are one caller's own, nobody keeps, frames or
 * embeds them, and they are what their type says.
 *
 * Strict-Transport-Security is not among them: this server speaks plain HTTP, and whoever speaks TLS before it knows
 * for how long, and for which of its hosts.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': NO_PAGE_POLICY,
  // Apollo Sandbox signs people in in a window of its own.
  'cross-origin-opener-policy': 'same-origin-allow-popups',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

const ALL = Object.entries(SECURITY_HEADERS);

/** Puts them on an answer; what is set after them takes their place. */
export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of ALL) response.setHeader(name, value);
}
