// npm run build && node bench/micro/layers.js
// What one read costs from the loader down: cache, flight, retry, breaker, quota gate, HTTP, JSON, decoding.
import { systemClock } from '../../build/domain/clock.js';
import { parseCustomerId } from '../../build/domain/customer.js';
import { createMeter } from '../../build/domain/operation.js';
import { Secret } from '../../build/domain/secret.js';
import { NO_TELEMETRY } from '../../build/domain/telemetry.js';
import { createPlatform } from '../../build/platform/index.js';
import { MemoryRoom } from '../../build/store/memory.js';
import { forEachClient, inTurns, newSignal, SIDE_BY_SIDE, startPlatform } from './clients.js';
import { measure, print } from './measure.js';

const { baseUrl, stop } = await startPlatform();
const platforms = [];
const customer = { by: 'id', id: parseCustomerId('565039505') };
const filter = { includeTillConceptEvents: false, alternateCurrencies: 'none' };

const reads = forEachClient((createTransport) => {
  const platform = createPlatform({
    memory: new MemoryRoom({ maxBytes: 32 * 1024 * 1024, clock: systemClock }),
    baseUrl,
    createTransport,
    credentials: { kind: 'till', username: 'bench', password: new Secret('bench') },
    requestsPerMinute: 10_000_000,
    maxConcurrent: SIDE_BY_SIDE,
    cache: { freshMs: 0, staleMs: 0 },
    ledgerPageSize: 10,
    replicas: 1,
    shared: undefined,
    tokenTimeoutMs: 3000,
    refreshTimeoutMs: 3000,
    telemetry: NO_TELEMETRY,
    clock: systemClock,
    random: Math.random,
  });
  platforms.push(platform);
  // Each read asks something else, so that none waits for another's answer.
  return inTurns(async (isLedger, n) => {
    const endMs = systemClock.monotonicMs() + 3000;
    const context = {
      signal: newSignal(),
      deadlineAtMs: () => endMs,
      priority: () => 'interactive',
      meter: createMeter(),
    };
    if (isLedger) await platform.readLedgerPage({ customer, filter, page: n }, 0, context);
    else await platform.readPointsBalance({ customer, program: String(n), entityType: 'CUSTOMER' }, 0, context);
  });
});

print('One read, from the loader down', await measure(reads, { sideBySide: SIDE_BY_SIDE }));
platforms.forEach((platform) => platform.close());
stop();
