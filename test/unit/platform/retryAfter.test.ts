import { describe, expect, it } from '@jest/globals';
import { retryAfterMsOf } from '../../../src/platform/answer/retryAfter.ts';

const NOW = new Date('2026-01-01T12:00:00Z');

describe('Retry-After', () => {
  it.each([
    ['60', 60_000],
    ['0', 0],
    [' 1 ', 1000],
    ['Thu, 01 Jan 2026 12:00:30 GMT', 30_000],
  ])('%j is %i ms', (header, expected) => expect(retryAfterMsOf(header, NOW)).toBe(expected));

  it.each([
    undefined,
    '',
    '-5',
    '1.5',
    'soon',
    '1e3',
    '99999999999',
    '2026-01-01T13:00:00Z',
    'Thu, 01 Jan 2026 11:59:59 GMT',
    'Thu, junk',
  ])('%j counts as absent', (header) => expect(retryAfterMsOf(header, NOW)).toBeUndefined());
});
