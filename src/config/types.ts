import * as z from 'zod';
import { Secret } from '../domain/secret.ts';

/** Forms that configuration values take in the environment, where everything is text. */

/** A whole number within bounds. */
export function integer(min: number, max: number) {
  return z
    .string()
    .regex(/^[0-9]{1,15}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be ${min} to ${max}`);
}

/** A TCP port; 0 lets the system choose. */
export const port = integer(0, 65_535);

/** `on`/`off`, or the usual other words for them. */
export const onOff = z
  .string()
  .refine((text) => /^(on|off|true|false|1|0)$/i.test(text), 'must be on or off')
  .transform((text) => /^(on|true|1)$/i.test(text));

/** A credential. */
export const secret = z.string().transform((text) => new Secret(text));

/** A secret that others could try to guess. */
export const longSecret = z
  .string()
  .min(32, 'must have at least 32 characters')
  .transform((text) => new Secret(text));

/** Names separated by commas. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** Origins of browsers, separated by commas: scheme, host and port, as browsers send them. */
export const origins = list.refine(
  (items) => items.every((item) => URL.canParse(item) && new URL(item).origin === item),
  'must list origins like https://shop.example, without a path or a slash at the end',
);

/** The address of a Redis, which may hold a password. */
export const redisUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && ['redis:', 'rediss:'].includes(new URL(text).protocol),
    'must be a redis: or rediss: URL',
  )
  .transform((text) => new Secret(text));

/** An absolute URL: HTTPS, or HTTP on a loopback address; without credentials, query and fragment. */
export const serviceUrl = z.string().transform((text, context) => {
  const problem = URL.canParse(text) ? problemOf(new URL(text)) : 'must be an absolute URL';
  if (problem === undefined) return new URL(text);
  context.addIssue({ code: 'custom', message: problem });
  return z.NEVER;
});

function problemOf(url: URL): string | undefined {
  const isLoopback = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) {
    return 'must be https:, or http: on a loopback address';
  }
  if (url.username !== '' || url.password !== '') return 'must not hold credentials';
  if (url.search !== '' || url.hash !== '') return 'must not hold a query or a fragment';
  return undefined;
}
