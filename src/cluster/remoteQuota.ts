import type { Clock } from '../domain/clock.ts';
import type { Priority } from '../domain/operation.ts';
import type { Grant, Quota } from '../platform/quota/quota.ts';
import type { QuotaSight, ToPrimary, ToWorker } from './messages.ts';

/**
 * A place granted longer ago than this is not used: the quota's window has a second for what a call may take to arrive at
 * the platform, and the way between two processes may have a quarter of it.
 */
const ANSWER_WITHIN_MS = 250;
/** After no answer: the primary has more to do than it can. */
const ASK_AGAIN_MS = 250;

type Place = Extract<ToWorker, { kind: 'place' }>;

interface Asking {
  readonly askedAtMs: number;
  readonly answer: (grant: Grant) => void;
  readonly cancel: () => void;
}

export interface RemoteQuotaOptions {
  /** Says something to the primary process. */
  readonly tell: (message: ToPrimary) => void;
  readonly clock: Clock;
  readonly sight: QuotaSight;
  /** How many share it. */
  readonly workers: number;
}

/** The quota as a worker sees it: the primary process keeps it, and is asked for each place. No answer is no place. */
export class RemoteQuota implements Quota {
  readonly #tell: (message: ToPrimary) => void;
  readonly #clock: Clock;
  readonly #asking = new Map<number, Asking>();
  readonly #workers: number;
  #sight: QuotaSight;
  #lastTicket = 0;

  constructor({ tell, clock, sight, workers }: RemoteQuotaOptions) {
    this.#tell = tell;
    this.#clock = clock;
    this.#sight = sight;
    this.#workers = workers;
  }

  take(priority: Priority): Promise<Grant> {
    const ticket = (this.#lastTicket += 1);
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ANSWER_WITHIN_MS, () => {
        this.#asking.delete(ticket);
        resolve(NO_ANSWER);
      });
      this.#asking.set(ticket, { askedAtMs: this.#clock.monotonicMs(), answer: resolve, cancel });
      this.#tell({ kind: 'take', ticket, priority });
    });
  }

  /** The primary has answered; too late, and the place goes back. */
  answered(place: Place): void {
    this.#sight = place.sight;
    const giveBack = () => this.#tell({ kind: 'giveBack', ticket: place.ticket });
    const asking = this.#asking.get(place.ticket);
    this.#asking.delete(place.ticket);
    asking?.cancel();
    // Where this process was busy, the answer may come before the timer, and still be old.
    const isLate = asking === undefined || this.#clock.monotonicMs() - asking.askedAtMs > ANSWER_WITHIN_MS;
    if (isLate) {
      if (place.granted) giveBack();
      asking?.answer(NO_ANSWER);
      return;
    }
    asking.answer(
      place.granted
        ? { granted: true, giveBack }
        : { granted: false, waitMs: place.waitMs ?? Infinity, isClosed: place.isClosed },
    );
  }

  /** The primary says how the quota stands. */
  seen(sight: QuotaSight): void {
    this.#sight = sight;
  }

  remaining(): number {
    return this.#sight.left;
  }

  limit(): number {
    return this.#sight.limit;
  }

  share(): number {
    return this.#sight.limit / this.#workers;
  }

  close(forMs: number): void {
    this.#tell({ kind: 'closeQuota', forMs });
  }

  /** The primary goes on sharing it for the other workers. */
  leave(): void {
    return undefined;
  }
}

const NO_ANSWER: Grant = { granted: false, waitMs: ASK_AGAIN_MS };
