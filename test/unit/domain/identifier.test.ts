import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keyOfCustomerRef } from '../../../src/domain/customer.ts';
import { GatewayError } from '../../../src/domain/errors.ts';
import { normaliseIdentifier, normaliseLookup } from '../../../src/domain/identifier.ts';

const valueOf = (...given: Parameters<typeof normaliseIdentifier>) => normaliseIdentifier(...given).value.reveal();

describe('an identifier', () => {
  it.each([
    ['MOBILE', '919999000001', '919999000001'],
    ['MOBILE', '+91 99990-00001', '919999000001'],
    ['MOBILE', ' (91) 9999.000.001 ', '919999000001'],
    ['EMAIL', 'Some.One+tag@Example.COM', 'Some.One+tag@example.com'],
    ['EXTERNAL_ID', ' EX 12/a ', 'EX 12/a'],
    ['CARD_NUMBER', '0012-34', '0012-34'],
  ] as const)('%s %j is asked as %j', (name, given, expected) => expect(valueOf(name, given)).toBe(expected));

  it.each([
    ['MOBILE', 'letters'],
    ['MOBILE', '12a4'],
    ['MOBILE', '123'],
    ['MOBILE', '9'.repeat(21)],
    ['MOBILE', '++9199'],
    ['MOBILE', '\u200f919999000001'],
    ['MOBILE', '9199\u200d99000001'],
    ['MOBILE', '٩١٩٩'],
    ['EMAIL', 'nobody'],
    ['EMAIL', '@example.com'],
    ['EMAIL', 'a@'],
    ['EMAIL', 'a b@example.com'],
    ['EXTERNAL_ID', ''],
    ['EXTERNAL_ID', '   '],
    ['EXTERNAL_ID', 'A,B'],
    ['EXTERNAL_ID', 'A\nB'],
    ['EXTERNAL_ID', 'A\u0000'],
    ['CARD_NUMBER', '1'.repeat(100_000)],
  ] as const)('%s %j is refused, without its value in the message', (name, given) => {
    const refuse = () => normaliseIdentifier(name, given);

    expect(refuse).toThrow(GatewayError);
    if (given.trim().length > 2) expect(refuse).not.toThrow(given.trim().slice(0, 50));
  });

  it('normalised once more stays the same', () => {
    const given = fc.oneof(
      fc.tuple(fc.constant('MOBILE' as const), fc.stringMatching(/^\+?[0-9 ().-]{4,18}$/)),
      fc.tuple(fc.constant('EMAIL' as const), fc.emailAddress()),
      fc.tuple(fc.constant('EXTERNAL_ID' as const), fc.string({ unit: 'grapheme', minLength: 1 })),
    );
    fc.assert(
      fc.property(given, ([name, text]) => {
        const once = attempt(() => valueOf(name, text));
        return once === undefined || valueOf(name, once) === once;
      }),
    );
  });
});

describe('a lookup', () => {
  it('has one key whatever the order of its identifiers, and another for any other value', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9"\\ [\]]{1,8}$/).filter((text) => text.trim() !== '');
    const lookup = fc.record({ a: word, b: word, accountId: fc.option(word) });
    const keyOf = ({ a, b, accountId }: { a: string; b: string; accountId: string | null }, isTurned = false) => {
      const identifiers = [
        { name: 'EXTERNAL_ID' as const, value: a },
        { name: 'CARD_NUMBER' as const, value: b },
      ];
      const given = {
        identifiers: isTurned ? identifiers.toReversed() : identifiers,
        source: 'LINE' as const,
        accountId,
      };
      return keyOfCustomerRef({ by: 'lookup', lookup: normaliseLookup(given) });
    };
    fc.assert(
      fc.property(lookup, lookup, (one, other) => {
        expect(keyOf(one, true)).toBe(keyOf(one));
        const isSame = JSON.stringify(trimmed(one)) === JSON.stringify(trimmed(other));
        expect(keyOf(one) === keyOf(other)).toBe(isSame);
      }),
    );
  });

  it.each([
    ['no identifier', []],
    ['one name twice', [{ name: 'MOBILE', value: '9199' } as const, { name: 'MOBILE', value: '9198' } as const]],
  ])('with %s is refused', (_what, identifiers) => {
    expect(() => normaliseLookup({ identifiers, source: 'INSTORE' })).toThrow(GatewayError);
  });
});

function trimmed(lookup: object): unknown {
  return Object.entries(lookup).map(([key, value]: [string, unknown]) => [
    key,
    typeof value === 'string' ? value.trim() : value,
  ]);
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
