/**
 * The sources a customer can be known in. `WEB_ENGAG` is how the ledger's page spells `WEB_ENGAGE`: both are taken, and
 * mean the same.
 *
 * @see https://docs.capillarytech.com/reference/get-customer-ledger-balance
 */
export const SOURCES = [
  'INSTORE',
  'MARTJACK',
  'WECHAT',
  'FACEBOOK',
  'WEB_ENGAGE',
  'TMALL',
  'TAOBAO',
  'JD',
  'ECOMMERCE',
  'WEBSITE',
  'LINE',
] as const;

/** Where a profile comes from. */
export type Source = (typeof SOURCES)[number];

/** The source a parameter names, `ALL` for any; null for an unknown word. Upper case only, as documented. */
export function readSource(text: string): Source | 'ALL' | null {
  if (text === 'ALL') return 'ALL';
  const word = text === 'WEB_ENGAG' ? 'WEB_ENGAGE' : text;
  return SOURCES.find((source) => source === word) ?? null;
}

/** The kinds of identifier a profile can hold, in the spelling the parameters use. */
export const IDENTIFIERS = [
  'externalId',
  'mobile',
  'email',
  'cardnumber',
  'cardExternalId',
  'wechat',
  'martjackId',
  'fbId',
] as const;

/** What an `identifierName` can name, beside `id`. */
export type IdentifierName = (typeof IDENTIFIERS)[number];
