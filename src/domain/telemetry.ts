import type { Priority } from './operation.ts';

/** How an operation ended: `ok`, `partial` (some fields failed), `failed` (all did) or `refused` (it never ran). */
export type OperationOutcome = 'ok' | 'partial' | 'failed' | 'refused';

/** How a read of the platform was answered. */
export type ReadResult = 'fresh' | 'stale' | 'miss' | 'coalesced' | 'failed';

/**
 * What the parts tell of themselves while they work, for whoever counts. Every text in it is one of a closed set of ours
 * (an endpoint's name, an error code): nothing of a caller's or the platform's, so that no series grows with them.
 */
export interface Telemetry {
  /** A GraphQL operation was answered. */
  operationEnded(outcome: OperationOutcome, durationMs: number): void;
  /** An operation was not run: its whole answer was remembered. Told beside {@link operationEnded}. */
  operationRepeated(): void;
  /** An HTTP request was refused before GraphQL saw it. */
  requestRefused(code: string): void;
  /**
   * One HTTP attempt at the platform has ended: `ok`, the code of the error it ended with, or `abandoned` when nobody
   * waited any longer. `detail` says how it failed, in our words.
   */
  platformCallEnded(endpoint: string, outcome: string, durationMs: number, detail?: string): void;
  /** A call has had its turn at the quota gate, after so long a wait. */
  quotaWaited(priority: Priority, waitedMs: number): void;
  /** A call was refused at the gate: no place in time, closed by the platform, too many waiting. */
  quotaRefused(priority: Priority): void;
  /** The platform said that its quota is spent: nobody asks for so long. */
  gateClosed(forMs: number): void;
  /** A read was answered. `read` names what was asked: `pointsBalance`, `ledgerPage`, `customerId`, `identifiers`. */
  readAnswered(read: string, result: ReadResult): void;
  /** An answer that is asked for often was read again before it grew old. */
  refreshed(read: string, outcome: 'ok' | 'failed' | 'skipped'): void;
  /** A token was fetched, or could not be: for the reason in `detail`, in our words. */
  tokenFetched(outcome: 'ok' | 'failed', detail?: string): void;
  /** A command went to Redis, failed, or was not sent because Redis is known to be away. */
  redisCommandEnded(command: string, outcome: 'ok' | 'failed' | 'skipped', durationMs: number): void;
  /** The breaker of an endpoint has another state than before. */
  breakerMoved(endpoint: string, state: 'closed' | 'open' | 'probing'): void;
  /** Redis is there (again), or is not. */
  redisMoved(state: 'up' | 'away'): void;
  /** An operation came in that the operator's list does not hold. */
  operationNotListed(outcome: 'run' | 'refused'): void;
}

/** For who does not count. */
export const NO_TELEMETRY: Telemetry = {
  operationEnded: () => undefined,
  operationRepeated: () => undefined,
  requestRefused: () => undefined,
  platformCallEnded: () => undefined,
  quotaWaited: () => undefined,
  quotaRefused: () => undefined,
  gateClosed: () => undefined,
  readAnswered: () => undefined,
  refreshed: () => undefined,
  tokenFetched: () => undefined,
  redisCommandEnded: () => undefined,
  breakerMoved: () => undefined,
  redisMoved: () => undefined,
  operationNotListed: () => undefined,
};
