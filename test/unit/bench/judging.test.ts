import { describe, expect, it } from '@jest/globals';
import { balanceBody, ledgerBody } from '../../../bench/support/answers.ts';
import { balanceOf, bothBalancesOf, verdictOf } from '../../../bench/support/questions.ts';
import { createRandom, createZipf } from '../../../bench/support/random.ts';
import { longestGapMs, mostInWindow, quantile } from '../../../bench/support/statistics.ts';
import { areMet, formatTable } from '../../../bench/support/table.ts';

/** A benchmark that judges wrongly is worse than none: what it judges with is held to its rules here. */
describe('what the bench counts with', () => {
  it.each([
    [[], 0],
    [[0, 59_999], 2],
    [[0, 60_000], 1],
    [[0, 30_000, 59_000, 61_000, 89_999], 4],
    [[70_000, 0, 65_000], 2],
  ])('finds the fullest minute of %p: %p', (times, expected) => {
    expect(mostInWindow(times, 60_000)).toBe(expected);
  });

  it('takes a quantile by its nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

    expect([0, 0.5, 0.99, 0.999, 1].map((share) => quantile(hundred, share))).toEqual([1, 50, 99, 100, 100]);
    expect(quantile([], 0.5)).toBe(0);
  });

  it('finds the longest time without an event, the ends included', () => {
    expect(longestGapMs([30, 20], 0, 100)).toBe(70);
    expect(longestGapMs([], 0, 100)).toBe(100);
  });

  it('gives the same chance for the same seed, and another for another', () => {
    const draw = (seed: number) => Array.from({ length: 5 }, createRandom(seed).next);

    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('draws the first rank most often, the n-th with a weight of 1 / n', () => {
    const zipf = createZipf(100, createRandom(1));
    const counts = new Map<number, number>();
    for (let drawn = 0; drawn < 20_000; drawn += 1) {
      const rank = zipf();
      counts.set(rank, (counts.get(rank) ?? 0) + 1);
    }

    expect(Math.min(...counts.keys())).toBe(0);
    expect(Math.max(...counts.keys())).toBe(99);
    expect((counts.get(0) ?? 0) / (counts.get(9) ?? 0)).toBeGreaterThan(7);
    expect((counts.get(0) ?? 0) / (counts.get(9) ?? 0)).toBeLessThan(14);
  });
});

describe('what the bench takes an answer for', () => {
  const answer = (data: unknown, errors?: unknown) => ({ status: 200, body: JSON.stringify({ data, errors }) });
  const about = (id: string, mainPoints: string | number, stale?: boolean) =>
    answer({
      customer: { id, pointsBalance: { mainPoints, ...(stale === undefined ? {} : { freshness: { stale } }) } },
    });

  it.each([
    ['the right figures', about('7', '7.000'), 'answered'],
    ['the right figures as a float', about('7', 7), 'answered'],
    ['stale figures', about('7', '7.000', true), 'stale'],
    ["another customer's figures", about('7', '8.000'), 'mixed up'],
    ['digits that were lost', about('7', '7'), 'mixed up'],
    ['another customer', about('8', '7.000'), 'mixed up'],
    ['an error', answer({ customer: null }, [{ extensions: { code: 'PLATFORM_TIMEOUT' } }]), 'failed PLATFORM_TIMEOUT'],
    ['no data', answer(null), 'failed HTTP 200'],
    ['a connection that was cut', { status: 0, body: '' }, 'cut off'],
  ])('%s', (_what, raw, expected) => {
    expect(verdictOf(balanceOf('7'), raw)).toBe(expected);
  });

  it("another customer's ledger beside the right points", () => {
    const ledgerBalance = { nodes: [{ closingBalance: '8.500' }] };
    const mixed = answer({ customer: { id: '7', pointsBalance: { mainPoints: '7.000' }, ledgerBalance } });

    expect(verdictOf(bothBalancesOf('7'), mixed)).toBe('mixed up');
  });

  it('figures that are each customer’s own, in bodies that are JSON', () => {
    expect(JSON.parse(balanceBody('7', 1.5))).toMatchObject({ entityId: 7, mainPoints: 7, totalPoints: 1 });
    expect(JSON.parse(ledgerBody('7', 2))).toMatchObject({ ledgerDetails: { ledgerClosingBalance: { length: 2 } } });
  });
});

describe('the table', () => {
  const row = { target: 'a', required: 'b', measured: 'c' };

  it('says which targets are met, missed and not measured', () => {
    expect(
      formatTable([
        { ...row, isMet: true },
        { ...row, isMet: false },
        { ...row, isMet: null },
      ]),
    ).toBe(
      [
        '| target | required | measured | ok  |',
        '| ------ | -------- | -------- | --- |',
        '| a      | b        | c        | yes |',
        '| a      | b        | c        | NO  |',
        '| a      | b        | c        | -   |',
      ].join('\n'),
    );
  });

  it('is met when no target is missed', () => {
    expect(
      areMet([
        { ...row, isMet: true },
        { ...row, isMet: null },
      ]),
    ).toBe(true);
    expect(
      areMet([
        { ...row, isMet: true },
        { ...row, isMet: false },
      ]),
    ).toBe(false);
  });
});
