import { expect, it } from '@jest/globals';
import { createMemoryStore } from '../../../src/store/memory.ts';
import { createRationedStore } from '../../../src/store/rationed.ts';
import { fakeClock } from '../../support/fakeClock.ts';

it('writes what there is room for in a window, and writes again in the next one', async () => {
  const clock = fakeClock();
  const bytesOf = ({ size }: { readonly size: number }) => size;
  const behind = createMemoryStore({ maxEntries: 10, maxBytes: 1000, bytesOf, clock });
  const store = createRationedStore(behind, { clock, maxBytes: 100, windowMs: 60_000, bytesOf });

  await store.set('a', { size: 60 }, 600_000);
  await store.set('b', { size: 60 }, 600_000);
  await store.set('c', { size: 40 }, 600_000);
  clock.advance(59_999);
  await store.set('d', { size: 1 }, 600_000);
  clock.advance(1);
  await store.set('e', { size: 100 }, 600_000);

  const kept = ['a', 'b', 'c', 'd', 'e'].map((key) => behind.get(key));
  expect(kept.map((value) => value?.size)).toEqual([60, undefined, 40, undefined, 100]);
});
