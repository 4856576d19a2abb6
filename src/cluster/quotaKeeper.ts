import type { Clock } from '../domain/clock.ts';
import type { Quota } from '../platform/quota/quota.ts';
import type { QuotaSight, ToPrimary, ToWorker } from './messages.ts';

/** A place goes back at once or never: what a worker has kept for longer was sent, or is lost with it. */
const RETURN_WITHIN_MS = 5000;

type Asked = Extract<ToPrimary, { kind: 'take' | 'giveBack' | 'closeQuota' }>;
type Answer = Extract<ToWorker, { kind: 'place' }>;

/** Places that one worker was given and may still give back, oldest first. */
interface Places {
  /** Answers what the worker asks. */
  handle(message: Asked, answer: (place: Answer) => void): Promise<void>;
}

/**
 * The quota of all workers of one gateway. A worker that is told 429 closes it for all of them, which a quota kept in this
 * process would leave to the gate of that worker.
 */
export class QuotaKeeper {
  readonly #quota: Quota;
  readonly #clock: Clock;
  #closedUntilMs = -Infinity;

  constructor(quota: Quota, clock: Clock) {
    this.#quota = quota;
    this.#clock = clock;
  }

  /** How it stands. */
  get sight(): QuotaSight {
    return { limit: this.#quota.limit(), left: this.#closedMs > 0 ? 0 : this.#quota.remaining() };
  }

  /** One worker's side of it. A worker that dies takes its places with it: whether they were used, nobody can tell. */
  placesOfWorker(): Places {
    const given = new Map<number, { readonly atMs: number; readonly giveBack: () => void }>();
    return {
      handle: async (message, answer) => {
        switch (message.kind) {
          case 'take': {
            const place = await this.#take(message);
            const { giveBack } = place;
            if (giveBack !== undefined) given.set(message.ticket, { atMs: this.#clock.monotonicMs(), giveBack });
            for (const [ticket, { atMs }] of given) {
              if (atMs + RETURN_WITHIN_MS > this.#clock.monotonicMs()) break;
              given.delete(ticket);
            }
            answer(place.answer);
            return;
          }
          case 'giveBack':
            given.get(message.ticket)?.giveBack();
            given.delete(message.ticket);
            return;
          case 'closeQuota':
            this.#closedUntilMs = Math.max(this.#closedUntilMs, this.#clock.monotonicMs() + message.forMs);
            this.#quota.close(message.forMs);
        }
      },
    };
  }

  get #closedMs(): number {
    return Math.max(0, this.#closedUntilMs - this.#clock.monotonicMs());
  }

  async #take({
    ticket,
    priority,
  }: Extract<Asked, { kind: 'take' }>): Promise<{ readonly answer: Answer; readonly giveBack?: () => void }> {
    const kind = 'place';
    if (this.#closedMs > 0) return { answer: this.#closed(ticket) };
    const grant = await this.#quota.take(priority);
    if (!grant.granted) {
      const { waitMs, isClosed = false } = grant;
      const wait = Number.isFinite(waitMs) ? waitMs : null;
      return { answer: { kind, ticket, granted: false, waitMs: wait, isClosed, sight: this.sight } };
    }
    if (this.#closedMs > 0) {
      grant.giveBack(); // Closed while the quota was asked.
      return { answer: this.#closed(ticket) };
    }
    return { answer: { kind, ticket, granted: true, sight: this.sight }, giveBack: grant.giveBack };
  }

  #closed(ticket: number): Answer {
    return { kind: 'place', ticket, granted: false, waitMs: this.#closedMs, isClosed: true, sight: this.sight };
  }
}
