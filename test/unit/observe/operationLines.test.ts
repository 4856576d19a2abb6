import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLogger } from '../../../src/observe/logger.ts';
import { createOperationLines } from '../../../src/observe/operationLines.ts';

it('the line of an operation that went well is what the logger writes of these facts', () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } });
  const lineOf = createOperationLines(logger);
  const odd = fc.constantFrom(
    '',
    ',"time":""',
    '"durationMs":0',
    '\\"platformCalls":0',
    '__proto__',
    '\u2028',
    '#1a2b3c4d',
  );
  const name = fc.oneof(odd, fc.string(), fc.constant(null));
  const count = fc.nat({ max: 100_000 });

  fc.assert(
    fc.property(name, count, count, (operation, durationMs, platformCalls) => {
      lines.length = 0;
      logger.info({ operation, outcome: 'ok', durationMs, platformCalls }, 'operation');
      lineOf(operation)(durationMs, platformCalls);
      lineOf(operation)(durationMs, platformCalls);

      const [logged, ...written] = lines.map((line) => line.replace(/"time":"[^"]+"/, ''));
      expect(written).toEqual([logged, logged]);
    }),
    { numRuns: 300 },
  );
});
