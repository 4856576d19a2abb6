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

const ALL = Object.entries(SECURITY_HEADERS).flat();

/**
 * The head of an answer in the making. It has the security headers from the start; what is set takes their place. Node is
 * handed all of it at once: a header at a time it keeps them by their names first, which costs more than writing them.
 */
export class Head {
  /** Names, in lower case, and values by turns. */
  readonly #fields = [...ALL];

  set(name: string, value: string): void {
    const fields = this.#fields;
    for (let index = 0; index < fields.length; index += 2) {
      if (fields[index] !== name) continue;
      fields[index + 1] = value;
      return;
    }
    fields.push(name, value);
  }

  has(name: string): boolean {
    return this.#fields.some((field, index) => index % 2 === 0 && field === name);
  }

  /** Its lines as they go over the wire, but that of one name. */
  linesBut(left: string): string {
    let lines = '';
    for (let index = 0; index < this.#fields.length; index += 2) {
      if (this.#fields[index] !== left) lines += `${this.#fields[index]}: ${this.#fields[index + 1]}\r\n`;
    }
    return lines;
  }

  /** Begins an answer with it. Nothing of it is to be set by other ways, nor behind this. */
  write(response: ServerResponse, status: number): ServerResponse {
    return response.writeHead(status, this.#fields);
  }
}
