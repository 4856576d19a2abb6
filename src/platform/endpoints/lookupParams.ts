import type { CustomerLookup, CustomerSource, IdentifierName } from '../../domain/customer.ts';

/** The platform's spelling of identifier names. @see https://docs.capillarytech.com/reference/get-customer-ledger-balance */
const NAMES: Readonly<Record<IdentifierName, string>> = {
  MOBILE: 'mobile',
  EMAIL: 'email',
  EXTERNAL_ID: 'externalId',
  CARD_NUMBER: 'cardnumber',
  CARD_EXTERNAL_ID: 'cardExternalId',
};

/**
 * A lookup as query parameters. Several identifiers become two comma lists in the same order, which is how an org with
 * dual eligibility is asked; the platform picks the primary one.
 */
export function lookupParamsOf({ source, accountId, identifiers }: CustomerLookup): Record<string, string> {
  return {
    source,
    identifierName: identifiers.map(({ name }) => NAMES[name]).join(','),
    identifierValue: identifiers.map(({ value }) => value.reveal()).join(','),
    ...(accountId === undefined ? {} : { accountId }),
  };
}

/** `source` as the ledger balance spells it: its documentation writes `WEB_ENGAG`, every other page `WEB_ENGAGE`. */
export function ledgerSourceOf(source: CustomerSource): string {
  return source === 'WEB_ENGAGE' ? 'WEB_ENGAG' : source;
}
