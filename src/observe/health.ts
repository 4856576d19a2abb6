/** A part that is not as it should be, and why: in words of ours, without an address, a name or an id. */
export interface HealthReason {
  readonly part: 'platform' | 'breaker' | 'quota' | 'sign-in' | 'redis' | 'workers';
  /** Which of the platform's endpoints, by our name for it. */
  readonly endpoint?: string;
  readonly reason: string;
}

/**
 * `degraded` still answers, some of it stale or with errors; `closing` is about to leave; `down` has no process that
 * serves, and starts one.
 */
export interface Health {
  readonly status: 'ready' | 'degraded' | 'closing' | 'down';
  readonly reasons: readonly HealthReason[];
}

export interface HealthSources {
  readonly isClosing: () => boolean;
  readonly breakers: () => Readonly<Record<string, 'closed' | 'open' | 'probing'>>;
  /** What is known of the platform from the calls made to it. */
  readonly platform: () => readonly HealthReason[];
  readonly redis: () => 'off' | 'up' | 'away';
}

/** How this gateway is now. */
export function healthOf({ isClosing, breakers, platform, redis }: HealthSources): Health {
  const reasons: HealthReason[] = [...platform()];
  for (const [endpoint, state] of Object.entries(breakers())) {
    if (state !== 'closed') reasons.push({ part: 'breaker', endpoint, reason: state });
  }
  if (redis() === 'away') reasons.push({ part: 'redis', reason: 'away' });
  if (isClosing()) return { status: 'closing', reasons };
  return { status: reasons.length === 0 ? 'ready' : 'degraded', reasons };
}
