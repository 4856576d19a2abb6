import type { Clock } from '../domain/clock.ts';
import type { Telemetry } from '../domain/telemetry.ts';
import type { Logger } from './logger.ts';

/**
 * Writes a line when a part the gateway stands on changes: once when it fails, once when it is back, however many
 * operations notice.
 */
export class ChangeLog implements Pick<Telemetry, 'breakerMoved' | 'gateClosed' | 'tokenFetched' | 'redisMoved'> {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #open = new Set<string>();
  #isSignInFailing = false;
  #isRedisAway = false;
  #closedUntilMs = -Infinity;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** A probe that fails is no change: it was open before. */
  breakerMoved(endpoint: string, state: 'closed' | 'open' | 'probing'): void {
    if (state === 'open' && !this.#open.has(endpoint)) {
      this.#open.add(endpoint);
      this.#logger.warn({ endpoint }, 'breaker opened: this endpoint fails and is not asked for a while');
    } else if (state === 'closed' && this.#open.delete(endpoint)) {
      this.#logger.info({ endpoint }, 'breaker closed: this endpoint answers again');
    }
  }

  /** While it is closed, further refusals of calls that were under way are no news. */
  gateClosed(durationMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    const isNews = nowMs >= this.#closedUntilMs;
    this.#closedUntilMs = Math.max(this.#closedUntilMs, nowMs + durationMs);
    if (isNews) {
      this.#logger.warn({ forMs: Math.ceil(durationMs) }, 'quota spent: the platform takes no calls for a while');
    }
  }

  tokenFetched(outcome: 'ok' | 'failed', detail?: string): void {
    const isFailing = outcome === 'failed';
    if (isFailing === this.#isSignInFailing) return;
    this.#isSignInFailing = isFailing;
    if (isFailing) this.#logger.warn({ detail }, 'sign-in at the platform fails');
    else this.#logger.info('sign-in at the platform works again');
  }

  redisMoved(state: 'up' | 'away'): void {
    const isAway = state === 'away';
    if (isAway === this.#isRedisAway) return;
    this.#isRedisAway = isAway;
    if (isAway) this.#logger.warn('Redis is away: cache and quota are kept in this process until it is back');
    else this.#logger.info('Redis is back');
  }
}
