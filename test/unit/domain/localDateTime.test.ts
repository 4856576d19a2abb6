import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseLocalDateTime } from '../../../src/domain/localDateTime.ts';

describe('a local date and time', () => {
  it('is every second of the years 1900 to 2199', () => {
    const instant = fc.date({
      min: new Date('1900-01-01T00:00:00Z'),
      max: new Date('2199-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instant, (date) => {
        const text = date.toISOString().slice(0, 19);
        expect(parseLocalDateTime(text)).toBe(text);
      }),
    );
  });

  it.each([
    '2026-02-30T00:00:00',
    '2025-02-29T00:00:00',
    '2026-13-01T00:00:00',
    '2026-01-01T24:00:00',
    '2026-01-01T00:00:60',
    '2026-01-01',
    '2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00+05:30',
    '2026-01-01T00:00:00.000',
    '2026-01-01 00:00:00',
    '2026-01-01T00:00:00\n',
    '0000-01-01T00:00:00',
    '9999-01-01T00:00:00',
    '1899-12-31T23:59:59',
    '２０２６-01-01T00:00:00',
    '',
  ])('is not %j', (text) => expect(parseLocalDateTime(text)).toBeUndefined());
});
