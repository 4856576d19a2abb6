import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTurns } from '../../../src/platform/transport/http.ts';
import { systemClock as clock } from '../../../src/domain/clock.ts';
import { createMeter, OperationReads } from '../../../src/domain/operation.ts';
import { Stop } from '../../../src/domain/stop.ts';
import { NO_TELEMETRY } from '../../../src/domain/telemetry.ts';
import { createSender } from '../../../src/platform/client/sender.ts';
import { promiseOf } from '../../../src/platform/outcome.ts';
import { LocalQuota } from '../../../src/platform/quota/localQuota.ts';
import { QuotaGate } from '../../../src/platform/quota/quotaGate.ts';
import { loadTransport } from '../../../src/platform/transport/transports.ts';
import { json, startFakePlatform, type FakePlatform } from '../../support/fakePlatform.ts';

let platform: FakePlatform;
beforeEach(async () => {
  platform = await startFakePlatform();
  platform.answer(/^\/v2\/x$/, json('{}'));
});
afterEach(() => platform.close());

describe.each(['undici', 'got'] as const)('a request that is sent with %s', (client) => {
  it('fails when telling of it fails, and gives its place back', async () => {
    const gate = new QuotaGate({
      quota: new LocalQuota({ limit: 100, windowMs: 60_000 }, clock),
      clock,
      maxConcurrent: 1,
      maxWaiting: 5,
      windowMs: 60_000,
      random: () => 0,
      telemetry: NO_TELEMETRY,
    });
    const createTransport = await loadTransport(client);
    const transport = createTransport({
      baseUrl: new URL(`${platform.url}/`),
      maxConnections: 1,
      connectTimeoutMs: 400,
      maxBodyBytes: 1000,
      ...createTurns(),
      clock,
    });
    let failures = 2;
    const platformCallEnded = () => {
      failures -= 1;
      if (failures >= 0) throw new Error('not counted');
    };
    const send = createSender({ transport, clock, gate, telemetry: { ...NO_TELEMETRY, platformCallEnded } });
    const ask = () => {
      const context = new OperationReads({ signal: new Stop(), atMs: clock.monotonicMs() + 3000 }, createMeter());
      const request = { method: 'GET', path: 'v2/x', searchParams: {}, headers: {} } as const;
      return promiseOf((done) => send('lookup', request, context, done));
    };

    await expect(ask()).rejects.toThrow('not counted');
    await expect(ask()).rejects.toThrow('not counted');
    expect(await ask()).toMatchObject({ body: {}, isEmpty: false });
    transport.close();
  });
});
