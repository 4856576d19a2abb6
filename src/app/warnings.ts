import type { Config } from '../config/index.ts';
import type { Logger } from '../observe/logger.ts';

/** Settings that an operator may not have meant, and settings that contradict each other and do no harm. */
export function warnOfSettings({ auth, platform, operations, explorer }: Config, logger: Logger): void {
  if (auth.mode === 'none' && platform !== null) {
    logger.warn('AUTH_MODE=none: whoever reaches this port reads every customer.');
  }
  // Who sets rules for tokens may take them to hold.
  if (auth.mode === 'none' && auth.unread.length > 0) {
    logger.warn(`AUTH_MODE=none: ${auth.unread.join(', ')} are not read, and no token is checked.`);
  }
  if (operations.mode === 'enforce' && explorer !== 'off') {
    logger.warn('OPERATIONS_MODE=enforce: what is written in the explorer is not listed, and will be refused.');
  }
  if (operations.mode === 'off' && operations.manifestPath !== null) {
    logger.warn('OPERATIONS_MODE=off: OPERATIONS_MANIFEST is not read, and every operation runs.');
  }
}
