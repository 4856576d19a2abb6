import type { Clock } from '../domain/clock.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { Telemetry } from '../domain/telemetry.ts';
import type { HealthReason } from './health.ts';

/** The platform's failures; any other error is an answer of it. */
const FAILURES: ReadonlySet<string> = new Set<ErrorCode>([
  'PLATFORM_UNAVAILABLE',
  'PLATFORM_TIMEOUT',
  'PLATFORM_BAD_RESPONSE',
  'PLATFORM_DENIED',
]);
/** So many in a row are no accident, */
const IN_A_ROW = 3;
/** and of these one is enough: they do not mend themselves. */
const LASTING: ReadonlySet<string> = new Set(['certificate refused', 'host unknown']);

interface Run {
  readonly failures: number;
  readonly reason: string;
}

/** Notes, call by call, what there is to say of the platform's health, until a call succeeds again. */
export class PlatformHealth implements Pick<Telemetry, 'platformCallEnded' | 'tokenFetched' | 'gateClosed'> {
  readonly #clock: Clock;
  readonly #runs = new Map<string, Run>();
  #signIn: string | undefined;
  #closedUntilMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  platformCallEnded(endpoint: string, outcome: string, _durationMs: number, detail?: string): void {
    if (endpoint === 'token') return; // Of the sign-in as a whole it is told apart.
    // Nobody waited for the answer, or there was no quota for one: it says nothing.
    if (outcome === 'abandoned' || outcome === 'PLATFORM_QUOTA_SPENT') return;
    if (FAILURES.has(outcome)) {
      const failures = (this.#runs.get(endpoint)?.failures ?? 0) + 1;
      this.#runs.set(endpoint, { failures, reason: detail ?? outcome });
    } else {
      this.#runs.delete(endpoint);
    }
  }

  tokenFetched(outcome: 'ok' | 'failed', detail = 'failed'): void {
    this.#signIn = outcome === 'ok' ? undefined : detail;
  }

  gateClosed(durationMs: number): void {
    this.#closedUntilMs = Math.max(this.#closedUntilMs, this.#clock.monotonicMs() + durationMs);
  }

  /** What is wrong, as far as is known. */
  reasons(): readonly HealthReason[] {
    const reasons: HealthReason[] = [];
    for (const [endpoint, { failures, reason }] of this.#runs) {
      if (failures >= IN_A_ROW || LASTING.has(reason)) reasons.push({ part: 'platform', endpoint, reason });
    }
    if (this.#signIn !== undefined) reasons.push({ part: 'sign-in', reason: this.#signIn });
    if (this.#clock.monotonicMs() < this.#closedUntilMs) {
      reasons.push({ part: 'quota', reason: 'closed by the platform' });
    }
    return reasons;
  }
}
