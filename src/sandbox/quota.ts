const WINDOW_MS = 60_000;

/** Admits a call of a credential, or says how many whole seconds to wait; null when it is admitted. */
export type Quota = (credential: string) => number | null;

/**
 * So many calls in every 60 seconds, per credential. A refused call is not counted: waiting as told always helps.
 *
 * The platform's pages name the rate (1,000 a minute and key on demo and testing clusters) and nothing about the
 * window; a sliding one is the strictest reading.
 *
 * @see https://docs.capillarytech.com/reference/rate-limits
 */
export function createQuota({
  requestsPerMinute,
  now,
}: {
  readonly requestsPerMinute: number;
  readonly now: () => number;
}): Quota {
  const callsOf = new Map<string, { admittedMs: number[]; oldest: number }>();
  return (credential) => {
    const nowMs = now();
    const calls = callsOf.get(credential) ?? { admittedMs: [], oldest: 0 };
    callsOf.set(credential, calls);
    // What has left the window is passed over, and thrown away in bulk: a bench may make very many calls a minute.
    while ((calls.admittedMs[calls.oldest] ?? Infinity) <= nowMs - WINDOW_MS) calls.oldest += 1;
    if (calls.oldest > calls.admittedMs.length / 2) {
      calls.admittedMs = calls.admittedMs.slice(calls.oldest);
      calls.oldest = 0;
    }
    const oldestMs = calls.admittedMs[calls.oldest];
    if (oldestMs === undefined || calls.admittedMs.length - calls.oldest < requestsPerMinute) {
      calls.admittedMs.push(nowMs);
      return null;
    }
    return Math.max(1, Math.ceil((oldestMs + WINDOW_MS - nowMs) / 1000));
  };
}
