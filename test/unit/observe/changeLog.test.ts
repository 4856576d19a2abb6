import { beforeEach, describe, expect, it } from '@jest/globals';
import { ChangeLog } from '../../../src/observe/changeLog.ts';
import { createLogger } from '../../../src/observe/logger.ts';
import { fakeClock, type FakeClock } from '../../support/fakeClock.ts';

describe('the log of changes', () => {
  let clock: FakeClock;
  let log: string[];
  let changes: ChangeLog;
  beforeEach(() => {
    clock = fakeClock();
    log = [];
    changes = new ChangeLog(
      createLogger({ level: 'info', destination: { write: (line) => void log.push(line) } }),
      clock,
    );
  });
  const lines = () => log.map((line) => JSON.parse(line) as Record<string, unknown>);

  it('says once that the quota is spent, however many calls were under way', () => {
    changes.gateClosed(1000.4);
    changes.gateClosed(1000.4);
    clock.advance(1000);
    changes.gateClosed(1000.4);
    expect(lines()).toMatchObject([{ level: 'warn', forMs: 1001, msg: expect.stringMatching(/^quota spent/) }]);
    clock.advance(1001);
    changes.gateClosed(2000);

    expect(lines()).toHaveLength(2);
  });

  it('says once that Redis is away, once that it is back, and nothing while it is there', () => {
    changes.redisMoved('up');
    changes.redisMoved('away');
    changes.redisMoved('away');
    changes.redisMoved('up');
    changes.redisMoved('up');

    expect(lines()).toMatchObject([
      { level: 'warn', msg: expect.stringMatching(/^Redis is away/) },
      { level: 'info', msg: 'Redis is back' },
    ]);
  });

  it('tells the endpoints apart', () => {
    changes.breakerMoved('customer', 'open');
    changes.breakerMoved('lookup', 'open');
    changes.breakerMoved('customer', 'probing');
    changes.breakerMoved('customer', 'open');
    changes.breakerMoved('customer', 'probing');
    changes.breakerMoved('customer', 'closed');

    expect(lines()).toMatchObject([
      { level: 'warn', endpoint: 'customer' },
      { level: 'warn', endpoint: 'lookup' },
      { level: 'info', endpoint: 'customer' },
    ]);
  });
});
