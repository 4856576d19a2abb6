import { describe, expect, it } from '@jest/globals';
import { createQueryCache, type QueryCache, type RegisteredQuery } from '../../../src/graphql/persisted/queryCache.ts';
import { sha256Of } from '../../../src/graphql/persisted/sha256.ts';
import { createMemoryStore } from '../../../src/store/memory.ts';
import { fakeClock } from '../../support/fakeClock.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const keyOf = (text: string) => `apq:${sha256Of(text)}`;

function start({ maxEntries = 1000, maxBytes = 1_000_000 } = {}) {
  const clock = fakeClock();
  const bytesOf = ({ text }: RegisteredQuery) => 2 * text.length + 1;
  const store = createMemoryStore<RegisteredQuery>({ maxEntries, maxBytes, bytesOf, clock });
  return { clock, store, cache: createQueryCache(store) };
}

async function countKept(texts: readonly string[], cache: QueryCache): Promise<number> {
  const found = await Promise.all(texts.map((text) => cache.get(keyOf(text))));
  return found.filter((text) => text !== undefined).length;
}

describe('the cache of registered documents', () => {
  it('keeps a text for a day', async () => {
    const { cache, clock } = start();
    await cache.set(keyOf('{ a }'), '{ a }');

    expect(await cache.get(keyOf('{ a }'))).toBe('{ a }');
    clock.advance(DAY_MS);
    expect(await cache.get(keyOf('{ a }'))).toBeUndefined();
  });

  it('stays within its bound of entries through 100,000 registrations', async () => {
    const { cache } = start();
    const texts = Array.from({ length: 100_000 }, (_, index) => `{ a${index} }`);
    for (const text of texts) await cache.set(keyOf(text), text);

    expect(await countKept(texts, cache)).toBe(1000);
  });

  it('stays within its bound of bytes, whatever their length', async () => {
    const { cache } = start();
    const texts = Array.from({ length: 1000 }, (_, index) => `{ a${index} } #${'x'.repeat(50_000)}`);
    for (const text of texts) await cache.set(keyOf(text), text);

    expect(await countKept(texts, cache)).toBeLessThan(10);
  });

  it('keeps no text that is longer than any of use', async () => {
    const { cache } = start();
    const text = `{ a } #${'x'.repeat(64_000)}`;
    await cache.set(keyOf(text), text);

    expect(await cache.get(keyOf(text))).toBeUndefined();
  });

  it('gives no text that is not the one its key names: a shared store may hold what another wrote', async () => {
    const { cache, store } = start();
    store.set(keyOf('{ a }'), { text: '{ b }' }, DAY_MS);

    expect(await cache.get(keyOf('{ a }'))).toBeUndefined();
  });

  it('forgets on demand', async () => {
    const { cache } = start();
    await cache.set(keyOf('{ a }'), '{ a }');
    await cache.delete(keyOf('{ a }'));

    expect(await cache.get(keyOf('{ a }'))).toBeUndefined();
  });
});
