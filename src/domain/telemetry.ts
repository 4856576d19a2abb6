import type { Priority } from './operation.ts';

/** How a read of the platform was answered. */
export type ReadResult = 'fresh' | 'stale' | 'miss' | 'coalesced' | 'failed';

/**
 * What the parts tell of themselves while they work, for whoever counts. Every text in it is one of a closed set of ours
 * (an endpoint's name, an error code): nothing of a caller's or the platform's, so that no series grows with them.
 */
export interface Telemetry {
  /** One HTTP attempt at the platform has ended: `ok`, or the code of the error it ended with. */
  platformCallEnded(endpoint: string, outcome: string, durationMs: number): void;
  /** A call has had its turn at the quota gate, after so long a wait. */
  quotaWaited(priority: Priority, waitedMs: number): void;
  /** A call was refused at the gate: no place in time, closed by the platform, too many waiting. */
  quotaRefused(priority: Priority): void;
  /** A read was answered. `read` names what was asked: `pointsBalance`, `ledgerPage`, `customerId`, `identifiers`. */
  readAnswered(read: string, result: ReadResult): void;
  /** An answer that is asked for often was read again before it grew old. */
  refreshed(read: string, outcome: 'ok' | 'failed' | 'skipped'): void;
  /** A token was fetched, or could not be. */
  tokenFetched(outcome: 'ok' | 'failed'): void;
  /** A command went to Redis, failed, or was not sent because Redis is known to be away. */
  redisCommandEnded(command: string, outcome: 'ok' | 'failed' | 'skipped', durationMs: number): void;
  /** An operation came in that the operator's list does not hold. */
  operationNotListed(outcome: 'run' | 'refused'): void;
}

/** For who does not count. */
export const NO_TELEMETRY: Telemetry = {
  platformCallEnded: () => undefined,
  quotaWaited: () => undefined,
  quotaRefused: () => undefined,
  readAnswered: () => undefined,
  refreshed: () => undefined,
  tokenFetched: () => undefined,
  redisCommandEnded: () => undefined,
  operationNotListed: () => undefined,
};
