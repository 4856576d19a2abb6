import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { recordBytesOf, SEGMENT_BYTES } from '../../../src/store/segment.ts';
import { TextLog } from '../../../src/store/textLog.ts';
import { heapBytes } from '../../support/memory.ts';

const latin1 = (options: fc.StringConstraints) =>
  fc.string({ ...options, unit: fc.nat({ max: 0xff }).map((code) => String.fromCharCode(code)) });
const record = fc.record({
  store: fc.nat({ max: 2 }),
  // Few keys, so that they come again.
  key: latin1({ maxLength: 2 }),
  length: fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: SEGMENT_BYTES })),
  second: fc.double(),
  untilMs: fc.double(),
});
const step = fc.record({
  act: fc.constantFrom<'add' | 'remove' | 'drop'>('add', 'add', 'add', 'remove', 'drop'),
  record,
  letter: fc.nat({ max: 0xff }).map((code) => String.fromCharCode(code)),
});

describe('a log of texts', () => {
  it('gives each text under its own key whatever came and went, and in the order they came until most had gone', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), fc.integer(), (steps, seed) => {
        const log = new TextLog(seed, Infinity);
        /** In the order they came. */
        const kept = new Map<string, { first: number; bytes: number; is: object }>();
        let isInOrder = true;
        for (const [first, { act, record: asked, letter }] of steps.entries()) {
          const { store, key, length, second, untilMs } = asked;
          const name = `${store} ${key}`;
          const position = log.find(store, key);
          expect(position !== undefined).toBe(kept.has(name));
          if (act === 'add' && position === undefined) {
            const text = letter.repeat(length);
            const packed = { text, first, second };
            const [bytes, before] = [log.bytesFor(key, packed), log.bytes];
            if (bytes === undefined) {
              expect(length + key.length).toBeGreaterThan(SEGMENT_BYTES - 64);
              continue;
            }
            const live = [...kept.values()].reduce((sum, each) => sum + each.bytes, 0);
            if (before >= 2 * live + SEGMENT_BYTES) isInOrder = false;
            log.add(store, key, packed, untilMs);
            // Where nothing was, what was left of a segment is not counted.
            if (isInOrder) expect(log.bytes - before).toBeLessThanOrEqual(bytes);
            kept.set(name, { first, bytes: recordBytesOf(key, text), is: { ...packed, untilMs } });
          } else if (act === 'remove' && position !== undefined) {
            log.remove(position);
            kept.delete(name);
          } else if (act === 'drop' && log.first !== undefined) {
            const dropped = log.read(log.first);
            const [oldest] = kept;
            const known = [...kept].find(([, each]) => each.first === dropped.first);
            expect(dropped).toEqual(known?.[1].is);
            if (isInOrder) expect(known).toEqual(oldest);
            log.remove(log.first);
            kept.delete(known?.[0] ?? '');
          }
          expect(log.size).toBe(kept.size);
        }
        for (const [name, { is }] of kept) {
          const position = log.find(Number(name[0]), name.slice(2));
          expect(position !== undefined && log.read(position)).toEqual(is);
        }
        for (let number = 0; number <= 2; number += 1) {
          expect(log.countOf(number)).toBe([...kept.keys()].filter((name) => name.startsWith(`${number} `)).length);
        }
        while (log.first !== undefined) log.remove(log.first);
        expect([log.size, log.bytes]).toEqual([0, 0]);
      }),
      { numRuns: 300 },
    );
  });

  it('finds what is in it however many there are, and takes no more memory than that for what has gone', () => {
    const log = new TextLog(1, Infinity);
    const add = (n: number) => log.add(0, `customer ${n}`, { text: 'x'.repeat(500), first: n, second: -n }, n);
    for (let n = 0; n < 10_000; n += 1) add(n);
    const before = heapBytes();
    for (let n = 10_000; n < 100_000; n += 1) {
      add(n);
      if (log.first !== undefined) log.remove(log.first);
    }
    expect(heapBytes() - before).toBeLessThan(2 * SEGMENT_BYTES + 200_000);

    expect(log.size).toBe(10_000);
    const found = Array.from({ length: 100_000 }, (_, n) => log.find(0, `customer ${n}`)).map((position) =>
      position === undefined ? undefined : log.read(position).first,
    );
    expect(found).toEqual(Array.from({ length: 100_000 }, (_, n) => (n < 90_000 ? undefined : n)));
  });

  it('has little more than twice the bytes of what is left, though most were taken out behind what was not', () => {
    const log = new TextLog(1, Infinity);
    const text = 'x'.repeat(500);
    for (let n = 0; n < 50_000; n += 1) {
      log.add(0, `customer ${n}`, { text, first: n, second: 0 }, n);
      const position = log.find(0, `customer ${n}`);
      if (n % 50 !== 0 && position !== undefined) log.remove(position);
      const left = 600 * (Math.floor(n / 50) + 1);
      if (n % 500 === 0) expect(log.bytes).toBeLessThan(2 * left + 2 * SEGMENT_BYTES);
    }
    const found: number[] = [];
    for (let n = 0; n < 50_000; n += 1) {
      const position = log.find(0, `customer ${n}`);
      if (position === undefined) continue;
      expect(log.read(position)).toEqual({ text, first: n, second: 0, untilMs: n });
      found.push(n);
    }
    expect(found).toEqual(Array.from({ length: 1000 }, (_, index) => 50 * index));
  });

  it('takes no key that has letters beyond Latin-1, nor what is larger than it may be', () => {
    const log = new TextLog(1, 1000);
    const packed = { text: 'x'.repeat(500), first: 1, second: 2 };

    expect(log.bytesFor('номер', packed)).toBeUndefined();
    expect(log.find(0, 'номер')).toBeUndefined();
    expect(log.bytesFor('large', { ...packed, text: 'x'.repeat(1000) })).toBeUndefined();
    expect(log.bytesFor('small', packed)).toBeGreaterThan(500);
  });
});
