import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/config/index.ts';
import { GatewayError } from '../../../src/domain/errors.ts';
import type { CachedPart } from '../../../src/domain/operation.ts';
import { RULES, startCache } from '../../support/ledgerCache.ts';
import { ledgerPage } from '../../support/ledgerPages.ts';
import { heapBytes } from '../../support/memory.ts';

describe('what an operation notes of the answers it was given', () => {
  it('keeps none of them in memory once the cache has let it go', async () => {
    const name = 'x'.repeat(800_000);
    const large = (n: number) => ({
      ...ledgerPage(n),
      rows: ledgerPage(n).rows.map((row) => ({ ...row, programName: name })),
    });
    const { ask, clock } = startCache(20_000_000, (n) => Promise.resolve(large(n)));
    await ask(0);
    const before = heapBytes();

    const noted: CachedPart[] = [];
    for (let count = 0; count < 30; count += 1) {
      clock.advance(RULES.freshMs);
      await ask(0);
      noted.push(...(await ask(0)).parts);
    }

    expect(heapBytes() - before).toBeLessThan(10_000_000);
    expect(noted).toHaveLength(30);
  });
});

/** What roomTaken.ts prints, in a process of its own: none that earlier tests left is given back while it measures. */
async function shareTaken(times: number, program = ''): Promise<number> {
  const measure = fileURLToPath(new URL('../../support/roomTaken.ts', import.meta.url));
  const cwd = fileURLToPath(new URL('../../..', import.meta.url)); // Where tsx is found from.
  const args = ['--import', 'tsx', measure, String(times), program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd });
  return Number(stdout);
}

describe('the room for answers', () => {
  it.each([
    ['kept', 0, undefined],
    ['kept, with names in other letters', 0, 'Бонусная программа'],
    ['kept, and asked for once more', 1, undefined],
    ['kept, and asked for again and again while they are fresh', 2, undefined],
  ])('is taken at about what they take, %s', async (_how, times, program) => {
    const taken = await shareTaken(times, program);
    expect(taken).toBeGreaterThan(0.8);
    expect(taken).toBeLessThan(1.25);
  });

  it('holds by default all that the default quota reads while stale answers serve: ledgers of ten rows', async () => {
    const { cache, quota } = loadConfig({});
    const reads = (quota.requestsPerMinute * cache.staleMs) / 60_000;
    let isStopped = false;
    const { ask, clock } = startCache(cache.maxBytes, (n) =>
      isStopped ? Promise.reject(new GatewayError('PLATFORM_UNAVAILABLE')) : Promise.resolve(ledgerPage(n)),
    );
    for (let n = 0; n < reads; n += 1) {
      await ask(n);
      clock.advance(cache.staleMs / reads / 2);
    }
    isStopped = true;
    clock.advance(cache.freshMs);

    for (let n = 0; n < reads; n += 1) {
      const { balances, isStale } = await ask(n);
      expect(isStale).toBe(true);
      expect(balances[9]).toBe(`${n}.900`);
    }
  });
});
