import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SeenBytes } from '../../../src/http/seenBytes.ts';

describe('bytes that are seen', () => {
  it('were seen when they come again, wherever they lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 7 }), (bytes, offset) => {
        const seen = new SeenBytes();
        const elsewhere = Buffer.concat([Buffer.alloc(offset), bytes]).subarray(offset);

        expect([seen.see(Buffer.from(bytes)), seen.see(elsewhere)]).toEqual([false, true]);
      }),
    );
  });

  it('were not seen when four bytes of them, or fewer, are others', () => {
    const bytes = fc.uint8Array({ minLength: 4, maxLength: 300 });
    fc.assert(
      fc.property(bytes, fc.nat(), fc.uint8Array({ minLength: 4, maxLength: 4 }), (first, place, put) => {
        const second = Buffer.from(first);
        second.set(put, 4 * (place % Math.floor(first.length / 4)));
        fc.pre(!second.equals(first));
        const seen = new SeenBytes();

        expect([seen.see(Buffer.from(first)), seen.see(second)]).toEqual([false, false]);
      }),
    );
  });

  it.each([1000, 5000, 10_000])('are remembered beside %d others, and the more of them that come once', (count) => {
    const seen = new SeenBytes();
    const hot = Array.from({ length: count }, (_, id) => Buffer.from(`{"variables":{"id":"${id}"}}`));
    for (const request of hot) seen.see(request);
    for (let id = 0; id < count / 2; id += 1) seen.see(Buffer.from(`{"variables":{"id":"once ${id}"}}`));

    const again = hot.filter((request) => seen.see(request));
    expect(again.length).toBeGreaterThan(0.97 * count);
  });
});
