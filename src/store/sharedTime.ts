/**
 * One reading of Redis's clock, the only one that all gateways share: their own may be minutes apart, and their monotonic
 * ones begin anywhere.
 */
export interface SharedMoment {
  /** What Redis's clock said, in milliseconds since the epoch, */
  readonly sharedMs: number;
  /** somewhere between these two moments of our own monotonic clock. */
  readonly sentAtMs: number;
  readonly gotAtMs: number;
}

/** The answer to Redis's TIME (seconds and microseconds) in milliseconds. @throws when it is none */
export function timeOf(answer: unknown): number {
  const [seconds, microseconds] = Array.isArray(answer) ? (answer as readonly unknown[]) : [];
  const ms = Number(seconds) * 1000 + Number(microseconds) / 1000;
  if (!Number.isFinite(ms)) throw new TypeError('This is not the time.');
  return ms;
}

/** A moment of our monotonic clock on the shared one: never later than it was, so that nothing looks younger than it is. */
export function toShared({ sharedMs, gotAtMs }: SharedMoment, localMs: number): number {
  return Math.floor(localMs + sharedMs - gotAtMs);
}

/** What two clocks may drift apart between two readings. */
const DRIFT_MS = 1;

/** A moment of the shared clock on our monotonic one: never later than it was. */
export function toLocal({ sharedMs, sentAtMs }: SharedMoment, atSharedMs: number): number {
  return atSharedMs - sharedMs + sentAtMs - DRIFT_MS;
}
