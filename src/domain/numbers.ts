/** An unsigned 64-bit id of the platform as text, digit for digit: program and till ids. */
export type NumericId = string & { readonly __brand: 'NumericId' };

/** An exact signed decimal as text, as the platform printed it: `8500.000`. */
export type DecimalText = string & { readonly __brand: 'DecimalText' };

/** 2^63 - 1. */
const LARGEST_ID = '9223372036854775807';
const PLAIN_DECIMAL = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;
/** The platform stores DECIMAL(18,3); this leaves room for what a sum or another scale may add. */
const MAX_DECIMAL_LENGTH = 40;

/**
 * An id as the platform writes it: 1 to 19 decimal digits, no leading zero, at most 2^63 - 1.
 * Anything else, other scripts' digits, signs, spaces and exponents included, is undefined.
 */
export function parseNumericId(text: string): NumericId | undefined {
  if (!/^[1-9][0-9]{0,18}$/.test(text)) return undefined;
  // Of two numbers as long as each other the larger is the later one in the alphabet too.
  return text.length < LARGEST_ID.length || text <= LARGEST_ID ? (text as NumericId) : undefined;
}

/**
 * The number `text` as plain decimal digits. A plain number is kept as it is, trailing zeros included; one with an
 * exponent (a Java server prints 12345678.0 as `1.2345678E7`) is written out exactly. Undefined for anything else,
 * and for what would need more than 40 characters.
 */
export function parseDecimal(text: string): DecimalText | undefined {
  if (text.length > MAX_DECIMAL_LENGTH) return undefined;
  if (PLAIN_DECIMAL.test(text)) return text as DecimalText; // As nearly all are.
  const match = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?[eE]([+-]?[0-9]{1,3})$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent] = match;
  const point = whole.length + Number(exponent);
  if (point < -MAX_DECIMAL_LENGTH || point > MAX_DECIMAL_LENGTH) return undefined;
  const digits = whole + fraction;
  const padded = '0'.repeat(Math.max(0, 1 - point)) + digits + '0'.repeat(Math.max(0, point - digits.length));
  const split = Math.max(1, point);
  const integer = padded.slice(0, split).replace(/^0+(?=[0-9])/, '');
  const rest = padded.slice(split);
  const plain = `${sign}${integer}${rest === '' ? '' : `.${rest}`}`;
  return plain.length > MAX_DECIMAL_LENGTH ? undefined : (plain as DecimalText);
}
