import { Refusal } from './answers.ts';
import type { RefusalCode } from './codes.ts';
import type { Identifier, Place } from './findCustomer.ts';
import type { Org } from './org.ts';
import { readSource, type IdentifierName, type Source } from './sources.ts';

/**
 * A yes or no; no when not given.
 *
 * @throws {Refusal} 400 for any other word
 */
export function readFlag(query: URLSearchParams, name: string): boolean {
  return readWord(query, name, ['true', 'false'], 400) === 'true';
}

/**
 * One of a closed set of words; undefined when not given.
 *
 * @throws {Refusal} with the code, for any other word
 */
export function readWord<Word extends string>(
  query: URLSearchParams,
  name: string,
  words: readonly Word[],
  code: RefusalCode,
): Word | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const word = words.find((each) => each === text);
  if (word === undefined) throw new Refusal(code);
  return word;
}

/**
 * A whole number, zero or more; undefined when not given.
 *
 * @throws {Refusal} with the code, for anything else
 */
export function readWholeNumber(query: URLSearchParams, name: string, code: RefusalCode): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new Refusal(code);
  return Number(text);
}

/** What each mistake in naming a customer is answered with; the endpoints have different codes for the same one. */
export interface NamingCodes {
  readonly noSource: RefusalCode;
  readonly noIdentifier: RefusalCode;
}

/**
 * The identifiers a call names its customer by: `identifierName` and `identifierValue`, each one or a comma list in
 * the same order. A value with a comma under a single name is one value.
 *
 * @throws {Refusal} with the given codes where something is missing; 8003 for an unknown source, 8013 for an unknown
 *   name, 8127 for an account that the source does not have, or has several to choose from
 */
export function readNaming(
  query: URLSearchParams,
  {
    org,
    names,
    codes,
  }: { readonly org: Org; readonly names: readonly (IdentifierName | 'id')[]; readonly codes: NamingCodes },
): { readonly identifiers: readonly Identifier[]; readonly place: Place } {
  const source = readRequiredSource(query, { missing: codes.noSource, unknown: 8003 });
  const givenNames = (query.get('identifierName') ?? '').split(',');
  const value = query.get('identifierValue') ?? '';
  const values = givenNames.length === 1 ? [value] : value.split(',');
  if (givenNames.includes('') || values.includes('') || givenNames.length !== values.length) {
    throw new Refusal(codes.noIdentifier);
  }
  const identifiers = givenNames.map((given, i) => {
    const name = names.find((each) => each === given);
    if (name === undefined) throw new Refusal(8013);
    return { name, value: values[i] ?? '' };
  });
  return {
    identifiers,
    place: { source, accountId: readAccount(query, source, org, { missing: 8127, unknown: 8127 }) },
  };
}

/** @throws {Refusal} when the source is missing or unknown, with the code for it */
export function readRequiredSource(
  query: URLSearchParams,
  codes: { readonly missing: RefusalCode; readonly unknown: RefusalCode },
): Source | 'ALL' {
  const text = query.get('source') ?? '';
  if (text === '') throw new Refusal(codes.missing);
  const source = readSource(text);
  if (source === null) throw new Refusal(codes.unknown);
  return source;
}

/**
 * The account of the source; undefined where there is nothing to choose. `ALL` looks in every account.
 *
 * @throws {Refusal} when the source has several accounts and none is named, or one is named that it does not have
 */
export function readAccount(
  query: URLSearchParams,
  source: Source | 'ALL',
  { accountsOf }: Org,
  codes: { readonly missing: RefusalCode; readonly unknown: RefusalCode },
): string | undefined {
  if (source === 'ALL') return undefined;
  const accountId = query.get('accountId') ?? '';
  const known = accountsOf.get(source) ?? [];
  if (accountId === '' && known.length === 0) return undefined;
  if (accountId === '') throw new Refusal(codes.missing);
  if (!known.includes(accountId)) throw new Refusal(codes.unknown);
  return accountId;
}
