import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GatewayError } from '../../../src/domain/errors.ts';
import { decodeCursor, encodeCursor } from '../../../src/graphql/cursor.ts';

const print = fc.stringMatching(/^[A-Za-z0-9_-]{7}$/);
const cursor = fc.record({
  fingerprint: fc.stringMatching(/^[A-Za-z0-9_-]{8}$/),
  position: fc.record({
    page: fc.integer({ min: 0, max: 999_999 }),
    row: fc.integer({ min: -1, max: 99 }),
    shown: fc.array(print, { maxLength: 100 }),
  }),
});

describe('a cursor', () => {
  it('comes back as it was', () => {
    fc.assert(fc.property(cursor, (given) => expect(decodeCursor(encodeCursor(given))).toEqual(given)));
  });

  it('that is not ours is refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        try {
          decodeCursor(text);
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
      }),
    );
    expect(() => decodeCursor('bm9uZQ')).toThrow(GatewayError);
  });
});
