import type { StopSignal } from './stop.ts';

/** An answer in the cache that an operation was given, for who gives the operation's whole answer again. */
export interface CachedPart {
  /**
   * Whether a read would be given it now, on the monotonic clock: it is still the one that is kept, fresh, and need not be
   * read ahead.
   */
  isGiven(nowMs: number): boolean;
  /** Counts that it was given once more. */
  countGiven(): void;
}

/** What one operation has cost so far. Counted as it runs, read for its log line and for who asks to have it explained. */
export interface OperationMeter {
  /** Platform calls it would make with nothing cached, counted before it ran. */
  plannedCalls: number;
  /** Platform calls it may make, known as soon as its document is; none before. */
  allowedCalls: number;
  /** Platform calls sent for this operation, replays included; a token fetched for everybody is not counted. */
  platformCalls: number;
  /** Reads that joined one of another operation. */
  coalesced: number;
  /** Reads answered from the cache, fresh. */
  fromCache: number;
  /** Reads answered from the cache because the platform could not be asked. */
  stale: number;
  /** Time spent waiting for a place in the platform's quota, all reads added up. */
  waitedMs: number;
  /**
   * Until when, on the monotonic clock, the first of what it read stays fresh by configuration: Infinity while nothing was
   * read, -Infinity once a part was stale or was asked for under an age of its own.
   */
  freshUntilMs: number;
  /** Reads so far, those that are not kept in the cache among them. */
  reads: number;
  /** What the cache gave it, fresh: all that it read, where there are as many as reads. */
  readonly parts: CachedPart[];
}

/** A meter at zero. */
export function createMeter(): OperationMeter {
  return {
    plannedCalls: 0,
    allowedCalls: 0,
    platformCalls: 0,
    coalesced: 0,
    fromCache: 0,
    stale: 0,
    waitedMs: 0,
    freshUntilMs: Infinity,
    reads: 0,
    parts: [],
  };
}

/** The detail of the error an operation is aborted with when its time is up; another one says that its caller has gone. */
export const DEADLINE = 'deadline';

/** `interactive` has somebody waiting; `refresh` only keeps an answer fresh, on quota that nobody else wants. */
export type Priority = 'interactive' | 'refresh';

/** What every read is done under: when to stop, how urgent it is, and what to count. */
export interface ReadContext {
  /** Aborts at the deadline, or when the caller has gone; its reason is the error to show. */
  readonly signal: StopSignal;
  /** When the signal will abort, on the monotonic clock; may move when others come to wait for the same read. */
  deadlineAtMs(): number;
  priority(): Priority;
  /** Calls back when a refresh becomes interactive, for somebody has come to wait for it; gives what takes that back. */
  onUrgent?(callback: () => void): () => void;
  readonly meter: OperationMeter;
}

/** What the reads of an operation are done under: somebody waits for it, until then. */
export class OperationReads implements ReadContext {
  readonly signal: StopSignal;
  readonly meter: OperationMeter;
  readonly #atMs: number;

  constructor({ signal, atMs }: { readonly signal: StopSignal; readonly atMs: number }, meter: OperationMeter) {
    this.signal = signal;
    this.meter = meter;
    this.#atMs = atMs;
  }

  deadlineAtMs(): number {
    return this.#atMs;
  }

  priority(): Priority {
    return 'interactive';
  }
}
