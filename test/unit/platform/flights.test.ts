import { expect, it } from '@jest/globals';
import { createMeter, OperationReads } from '../../../src/domain/operation.ts';
import { Stop } from '../../../src/domain/stop.ts';
import { Flights } from '../../../src/platform/cache/flights.ts';
import { fakeClock } from '../../support/fakeClock.ts';

it('a read that fails at once fails for who asked, and the next one begins anew', async () => {
  const flights = new Flights<string>(fakeClock());
  const context = new OperationReads({ signal: new Stop(), atMs: 3000 }, createMeter());

  const first = flights.join('key', -Infinity, context, () => {
    throw new Error('at once');
  });
  await expect(first.landing).rejects.toThrow('at once');

  const second = flights.join('key', -Infinity, context, () => Promise.resolve('an answer'));
  expect(second.isJoined).toBe(false);
  expect(await second.landing).toBe('an answer');
});
