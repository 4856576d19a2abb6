import { badUserInput } from '../domain/errors.ts';

/** A JSON string, to be stepped over, or what a number is written with. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[0-9.eE+-]+/g;

/**
 * Holds valid JSON to plain numbers: no argument of the graph is a fraction, and `JSON.parse` rounds what has one. An id
 * written as `1e3`, or as `9007199254740990.6`, would come out as a number like any other, and be somebody else's.
 *
 * @throws {GatewayError} `BAD_USER_INPUT` for a number with a fraction or an exponent
 */
export function assertPlainNumbers(json: string): void {
  // Nearly always there is none, and nothing to look at.
  if (!/[0-9][.eE]/.test(json)) return;
  for (const [token] of json.matchAll(TOKENS)) {
    if (/^-?[0-9]+[.eE]/.test(token)) {
      throw badUserInput(
        'A number must be written in plain digits, without a fraction or an exponent: send ids as text.',
      );
    }
  }
}
