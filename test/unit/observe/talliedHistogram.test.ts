import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { addUp, reportOf } from '../../../src/observe/report.ts';
import { createTalliedHistogram } from '../../../src/observe/talliedHistogram.ts';

const OPTIONS = { name: 'waits', help: 'How long.', buckets: [0.5, 1, 2.5], labelNames: ['who', 'how'] };

const WHO = fc.constantFrom('a', 'b"\n\\');
const SEEN = fc.array(
  fc.record({
    who: WHO,
    how: fc.constantFrom('ok', 'failed'),
    value: fc.oneof(fc.constantFrom(0, 0.5, 1, 2.5), fc.double({ min: 0, max: 4, noNaN: true })),
  }),
  { maxLength: 30 },
);

/** What each of the two has that has seen the same. */
function bothOf(seen: readonly { readonly who: string; readonly how: string; readonly value: number }[]) {
  const [ours, theirs] = [new Registry(), new Registry()];
  const tallied = createTalliedHistogram(ours, OPTIONS);
  const histogram = new Histogram({ ...OPTIONS, registers: [theirs] });
  for (const { who, how, value } of seen) {
    tallied.labels(who, how).observe(value);
    histogram.labels(who, how).observe(value);
  }
  return { ours, theirs, tallied };
}

describe('a histogram that is counted here', () => {
  it("is shown as prom-client's own is, letter for letter", async () => {
    await fc.assert(
      fc.asyncProperty(SEEN, async (seen) => {
        const { ours, theirs } = bothOf(seen);
        expect(await ours.metrics()).toBe(await theirs.metrics());
      }),
    );
  });

  it("is added up over processes as prom-client's own is", async () => {
    await fc.assert(
      fc.asyncProperty(SEEN, SEEN, async (one, other) => {
        const [first, second] = [bothOf(one), bothOf(other)];
        const ours = addUp([await reportOf(first.ours), await reportOf(second.ours)]);
        const theirs = addUp([await reportOf(first.theirs), await reportOf(second.theirs)]);
        expect(await ours.metrics()).toBe(await theirs.metrics());
      }),
    );
  });

  it('takes a value for each of its labels', () => {
    const { tallied } = bothOf([]);

    expect(() => tallied.labels('a')).toThrow('waits has 2 labels.');
    expect(() => tallied.labels('a', 'ok', 'b')).toThrow('waits has 2 labels.');
  });

  it('shows no series that has seen nothing', async () => {
    const { ours, theirs, tallied } = bothOf([]);
    tallied.labels('a', 'ok');

    expect(await ours.metrics()).toBe(await theirs.metrics());
  });
});
