import { describe, expect, it } from '@jest/globals';
import { NO_OPERATIONS } from '../../../src/graphql/persisted/operationList.ts';
import { persistedPlugin, type OperationsMode } from '../../../src/graphql/plugins/persisted.ts';
import { createLogger } from '../../../src/observe/logger.ts';

/** Lets one operation through the plugin, and gives what was counted. */
function countedOf(mode: OperationsMode): readonly string[] {
  const counted: string[] = [];
  const plugin = persistedPlugin({
    list: NO_OPERATIONS,
    mode,
    automatic: false,
    logger: createLogger({ level: 'silent' }),
    telemetry: { operationNotListed: (outcome) => void counted.push(outcome) },
  });
  const context = { request: { query: '{ a }' }, source: '{ a }', contextValue: {} } as never;
  const listener = plugin.requestDidStart?.(context);
  try {
    listener?.didResolveOperation?.(context);
  } catch {
    counted.push('thrown');
  }
  return counted;
}

describe('an operation that is not listed is counted', () => {
  it.each<[OperationsMode, readonly string[]]>([
    ['off', []],
    ['log', ['run']],
    ['enforce', ['refused', 'thrown']],
  ])('by what becomes of it, with OPERATIONS_MODE=%s', (mode, expected) => {
    expect(countedOf(mode)).toEqual(expected);
  });
});
