// npm run build && node bench/micro/http.js
// What one HTTP call to the platform costs the gateway's process: a balance and a full ledger page in turns.
import { systemClock } from '../../build/domain/clock.js';
import { promiseOf } from '../../build/platform/outcome.js';
import { BALANCE, LEDGER } from './bodies.js';
import { forEachClient, inTurns, newSignal, SIDE_BY_SIDE, startPlatform } from './clients.js';
import { measure, print } from './measure.js';

const platform = await startPlatform();
const transports = [];

const headers = { 'x-cap-api-oauth-token': 'a-token-of-usual-length-'.repeat(6) };
const balance = { method: 'GET', path: 'v2/customers/565039505/points/balance', searchParams: {}, headers };
const ledger = {
  method: 'GET',
  path: 'v2/pointsLedger/getCustomerLedgerBalance',
  searchParams: { identifierName: 'id', identifierValue: '565039505', source: 'INSTORE', limit: '10', offset: '0' },
  headers,
};

const calls = forEachClient((createTransport) => {
  const transport = createTransport({
    baseUrl: platform.baseUrl,
    maxConnections: SIDE_BY_SIDE,
    connectTimeoutMs: 400,
    maxBodyBytes: 1024 * 1024,
    clock: systemClock,
  });
  transports.push(transport);
  return inTurns(async (isLedger) => {
    const { status, body } = await promiseOf((done) => transport.send(isLedger ? ledger : balance, newSignal(), done));
    // ASCII: as many bytes as characters.
    if (status !== 200 || body.length !== (isLedger ? LEDGER : BALANCE).length) throw new Error('Another answer.');
  });
});

print('One HTTP call', await measure(calls, { sideBySide: SIDE_BY_SIDE }));
transports.forEach((transport) => transport.close());
platform.stop();
