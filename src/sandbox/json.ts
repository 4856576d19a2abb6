import { LosslessNumber, stringify } from 'lossless-json';

/**
 * A JSON number printed digit for digit as given: `8500.000` keeps its zeros, an id above 2^53 its last digit.
 *
 * @throws {Error} when the text is no JSON number
 */
export function exactNumber(text: string): LosslessNumber {
  return new LosslessNumber(text);
}

/** The JSON text of a body; numbers made by `exactNumber` appear as they were given. */
export function jsonText(body: unknown): string {
  return stringify(body) ?? 'null';
}
