import { keyOfLedgerPage, type LedgerPage, type LedgerPageQuestion } from '../../src/domain/ledger.ts';
import { createMeter } from '../../src/domain/operation.ts';
import { Stop } from '../../src/domain/stop.ts';
import { NO_TELEMETRY } from '../../src/domain/telemetry.ts';
import { LEDGER_PAGE } from '../../src/platform/cache/answerForms.ts';
import { createCaches } from '../../src/platform/cache/caches.ts';
import { RefreshPace } from '../../src/platform/cache/refreshPace.ts';
import { MemoryRoom } from '../../src/store/memory.ts';
import { fakeClock } from './fakeClock.ts';
import { ledgerQuestion } from './ledgerPages.ts';

export const RULES = { freshMs: 15_000, staleMs: 600_000 };

/** A cache of ledgers in a room of so many bytes, and what an operation that asks for the n-th is given. */
export function startCache(maxBytes: number, fetch: (n: number) => Promise<LedgerPage>) {
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
