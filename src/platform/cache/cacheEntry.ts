/** On the monotonic clock: a wall clock that is set back must not make an answer young again. */
export interface EntryTimes {
  readonly askedAtMs: number;
  readonly receivedAtMs: number;
}

/** What is found out: an answer, or that there is no such customer. */
export type CacheEntry<Answer> = EntryTimes &
  ({ readonly kind: 'answer'; readonly answer: Answer } | { readonly kind: 'missing'; readonly platformCode: number });

/** The newer of two entries is the one that was asked for later: an answer may have been long on its way. */
export function rankOfEntry({ askedAtMs }: EntryTimes): number {
  return askedAtMs;
}
