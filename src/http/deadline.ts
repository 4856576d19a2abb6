import type { Clock } from '../domain/clock.ts';
import { GatewayError } from '../domain/errors.ts';
import { DEADLINE } from '../domain/operation.ts';
import { Stop, type StopSignal } from '../domain/stop.ts';
import { HttpRefusal } from './refusal.ts';

/** The end of one operation: a signal that aborts when its time is up or its caller has gone. */
export interface Deadline {
  readonly signal: StopSignal;
  /** When its time is up, on the monotonic clock. */
  readonly atMs: number;
  /** Aborts now: the caller has gone, nobody will read the answer. */
  readonly abandon: () => void;
  /** Takes the timer back. */
  readonly dispose: () => void;
}

/** Why what a caller asked for is given up who has gone: one for all, for most callers go when they have their answer. */
const GONE = new GatewayError('PLATFORM_TIMEOUT', { detail: 'caller gone' });

/** A deadline `afterMs` from now. */
export function createDeadline(clock: Clock, afterMs: number): Deadline {
  const signal = new Stop();
  const dispose = clock.after(afterMs, () => signal.abort(new GatewayError('PLATFORM_TIMEOUT', { detail: DEADLINE })));
  return { signal, atMs: clock.monotonicMs() + afterMs, abandon: () => signal.abort(GONE), dispose };
}

/**
 * The milliseconds an operation may take: `x-deadline-ms` where it asks for less than we allow.
 *
 * @throws {HttpRefusal} 400 unless the header is a whole number from 1
 */
export function deadlineMsOf(header: string | string[] | undefined, allowedMs: number): number {
  if (header === undefined) return allowedMs;
  if (typeof header !== 'string' || !/^[1-9][0-9]{0,8}$/.test(header)) {
    throw new HttpRefusal(400, 'BAD_REQUEST', 'x-deadline-ms must be a whole number of milliseconds, from 1.');
  }
  return Math.min(Number(header), allowedMs);
}
