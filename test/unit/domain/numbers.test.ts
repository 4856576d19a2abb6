import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseDecimal, parseNumericId } from '../../../src/domain/numbers.ts';

describe('an id', () => {
  it('is any number from 1 to 2^63 - 1, digit for digit', () => {
    fc.assert(fc.property(fc.bigInt(1n, 2n ** 63n - 1n), (id) => parseNumericId(String(id)) === String(id)));
  });

  it('is nothing else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => parseNumericId(text) === undefined || /^[1-9][0-9]{0,18}$/.test(text)),
    );
  });

  it.each([
    '',
    '0',
    '01',
    '-1',
    '+1',
    ' 1',
    '1 ',
    '1.0',
    '1e3',
    '1_000',
    '１２',
    '٣',
    '1\n',
    String(2n ** 63n),
    '9'.repeat(20),
  ])('is not %j', (text) => expect(parseNumericId(text)).toBeUndefined());
});

describe('a decimal', () => {
  const plain = fc
    .tuple(fc.boolean(), fc.bigInt(0n, 10n ** 15n), fc.option(fc.stringMatching(/^[0-9]{1,6}$/)))
    .map(
      ([isNegative, whole, fraction]) => `${isNegative ? '-' : ''}${whole}${fraction === null ? '' : `.${fraction}`}`,
    );

  it('that is plain stays as it was printed', () => {
    fc.assert(fc.property(plain, (text) => parseDecimal(text) === text));
  });

  it('with an exponent is written out exactly', () => {
    const scaled = fc.tuple(fc.bigInt(-(10n ** 12n), 10n ** 12n), fc.integer({ min: 0, max: 12 }));
    fc.assert(
      fc.property(scaled, ([digits, exponent]) => {
        expect(BigInt(parseDecimal(`${digits}e${exponent}`) ?? 'x')).toBe(digits * 10n ** BigInt(exponent));
      }),
    );
  });

  it.each([
    ['1.5E-3', '0.0015'],
    ['-1.25e1', '-12.5'],
    ['1.0E7', '10000000'],
    ['123.456e2', '12345.6'],
    ['0e5', '0'],
    ['5e-1', '0.5'],
    ['0.001e3', '1'],
  ])('written %s is %s', (text, expected) => expect(parseDecimal(text)).toBe(expected));

  it.each([
    '',
    '.5',
    '5.',
    '+5',
    '01',
    '1,5',
    '1 000',
    'NaN',
    'Infinity',
    '0x10',
    '1e400',
    '1e-400',
    '1e',
    '٣',
    '1'.repeat(41),
  ])('is not %j', (text) => expect(parseDecimal(text)).toBeUndefined());
});
