import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/config/index.ts';
import { GatewayError } from '../../../src/domain/errors.ts';
import { keyOfLedgerPage, type LedgerPage, type LedgerPageQuestion } from '../../../src/domain/ledger.ts';
import { createMeter, type CachedPart } from '../../../src/domain/operation.ts';
import { Stop } from '../../../src/domain/stop.ts';
import { NO_TELEMETRY } from '../../../src/domain/telemetry.ts';
import { LEDGER_PAGE } from '../../../src/platform/cache/answerForms.ts';
import { createCaches } from '../../../src/platform/cache/caches.ts';
import { RefreshPace } from '../../../src/platform/cache/refreshPace.ts';
import { MemoryRoom } from '../../../src/store/memory.ts';
import { fakeClock } from '../../support/fakeClock.ts';
import { ledgerPage, ledgerQuestion } from '../../support/ledgerPages.ts';
import { heapBytes } from '../../support/memory.ts';

const RULES = { freshMs: 15_000, staleMs: 600_000 };

/** A cache of ledgers in a room of so many bytes, and what an operation that asks for the n-th is given. */
function startCache(maxBytes: number, fetch: (n: number) => Promise<LedgerPage>) {
  const clock = fakeClock();
  const memory = new MemoryRoom({ maxBytes, clock });
  const caches = createCaches({
    rules: RULES,
    refresh: { hasSpare: () => false, pace: new RefreshPace(clock), timeoutMs: 3000 },
    shared: undefined,
    memory,
    clock,
    telemetry: NO_TELEMETRY,
  });
  let asked = 0;
  const read = caches.cached<LedgerPageQuestion, LedgerPage>({
    name: 'ledgerPage',
    keyOf: keyOfLedgerPage,
    form: LEDGER_PAGE,
    fetch: () => fetch(asked),
  });
  const ask = async (n: number) => {
    asked = n;
    const meter = createMeter();
    const context = { signal: new Stop(), deadlineAtMs: () => Infinity, priority: () => 'interactive' as const, meter };
    const { answer, isStale } = await read(ledgerQuestion(n), undefined, context);
    return { balances: answer.rows.map(({ closingBalance }) => closingBalance), isStale, parts: meter.parts };
  };
  return { ask, memory, clock };
}

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

describe('the room for answers', () => {
  it.each([
    ['kept', 0, undefined],
    ['kept, with names in other letters', 0, 'Бонусная программа'],
    ['kept, and asked for once more', 1, undefined],
    ['kept, and asked for again and again while they are fresh', 2, undefined],
  ])('is taken at about what they take, %s', async (_how, times, program) => {
    const { ask, memory } = startCache(Infinity, (n) => Promise.resolve(ledgerPage(n, program)));
    // What is made once.
    for (let n = 0; n < 200; n += 1) for (let time = 0; time <= 2; time += 1) await ask(n);
    const before = { heap: heapBytes(), room: memory.bytes };

    for (let n = 1000; n < 5000; n += 1) for (let time = 0; time <= times; time += 1) await ask(n);

    const heap = heapBytes() - before.heap;
    const taken = (memory.bytes - before.room) / heap;
    await ask(1000); // All of it was in use until here.
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
