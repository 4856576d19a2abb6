import type { Clock } from '../../domain/clock.ts';
import type { Priority, ReadContext } from '../../domain/operation.ts';
import { throwIfStopped } from '../../domain/stop.ts';
import type { Telemetry } from '../../domain/telemetry.ts';
import { Closing, type Round } from './closing.ts';
import { PlatformProblem } from '../answer/problem.ts';
import type { Quota } from './quota.ts';

export interface QuotaGateOptions {
  readonly quota: Quota;
  readonly clock: Clock;
  /** Calls under way at once. */
  readonly maxConcurrent: number;
  /** Callers that may wait; one more is refused at once. */
  readonly maxWaiting: number;
  /** The quota's window: for guessing how long a queue takes. */
  readonly windowMs: number;
  /** 0 to 1, for the jitter of our own back-off. */
  readonly random: () => number;
  readonly telemetry: Telemetry;
}

/** A place to send one call. */
interface Turn {
  /** Takes the place back, when the call is not sent after all. */
  readonly giveBack: () => void;
  readonly round: Round;
}

interface Waiter {
  readonly context: ReadContext;
  priority: Priority;
  readonly sinceMs: number;
  /** Its place, as soon as it has one; */
  turn?: Turn;
  /** or why it has none. */
  refusal?: PlatformProblem;
  /** Called when it has either; not there as long as nobody had to wait. */
  settled?: () => void;
}

/** Assumed until calls have shown what they take. */
const FIRST_ANSWER_MS = 100;
const NEWEST_SHARE = 0.1;
const MAX_ANSWER_SHARE = 0.25;

const CLOSED = 'closed by the platform';
const TOO_MANY = 'too many wait';

/** One of so many places goes to the refresh class while both wait, so that it never starves. */
const REFRESH_EVERY = 20;

/**
 * The one door to the platform. A call goes through when the quota has a place for it and not too many are under way;
 * until then it waits, but never past its deadline: one that cannot be reached in time is refused at once. A 429 or 517
 * closes the door for all.
 */
export class QuotaGate {
  readonly #options: QuotaGateOptions;
  readonly #closing: Closing;
  readonly #waiting: Record<Priority, Waiter[]> = { interactive: [], refresh: [] };
  #underWay = 0;
  #admitted = 0;
  #isPumping = false;
  /** What a call takes: an average in which the latest count most. */
  #tookMs = FIRST_ANSWER_MS;
  #cancelTimer: (() => void) | undefined;

  constructor(options: QuotaGateOptions) {
    this.#options = options;
    this.#closing = new Closing(options.clock, options.random);
  }

  /** Calls left in the window, as far as is known here. */
  get remaining(): number {
    return this.#closing.leftMs > 0 ? 0 : this.#options.quota.remaining();
  }

  /** Calls that fit in a window, as far as is known here. */
  get limit(): number {
    return this.#options.quota.limit();
  }

  /** Whether a call more would take nothing from anybody: nobody waits, and more than half of the quota is left. */
  get hasSpare(): boolean {
    const { quota, maxConcurrent } = this.#options;
    return this.#length() === 0 && 2 * this.#underWay < maxConcurrent && 2 * this.remaining > quota.limit();
  }

  /** Milliseconds until the platform takes calls again; 0 while it does. */
  get closedMs(): number {
    return this.#closing.leftMs;
  }

  /** Calls that wait for their turn. */
  get waiting(): number {
    return this.#length();
  }

  /**
   * Runs `send` when it is its turn.
   *
   * @throws {PlatformProblem} `PLATFORM_QUOTA_SPENT` when its turn would come after the deadline, or too many wait
   * @throws the context's abort reason when it aborts first; a place that was not used goes to the next
   */
  async pass<T>(context: ReadContext, send: () => Promise<T>): Promise<T> {
    const turn = this.#turn(context);
    const { giveBack, round } = turn instanceof Promise ? await turn : turn;
    try {
      if (context.signal.aborted) {
        giveBack();
        throw context.signal.reason;
      }
      const sentAtMs = this.#options.clock.monotonicMs();
      const answer = await send();
      this.#tookMs += (this.#options.clock.monotonicMs() - sentAtMs - this.#tookMs) * NEWEST_SHARE;
      this.#closing.succeeded(round);
      return answer;
    } catch (error) {
      if (!(error instanceof PlatformProblem) || error.code !== 'PLATFORM_QUOTA_SPENT') throw error;
      const refusal = this.#closing.refused(error, round);
      const { leftMs } = this.#closing;
      this.#options.quota.close(leftMs);
      this.#options.telemetry.gateClosed(leftMs);
      throw refusal;
    } finally {
      this.#underWay -= 1;
      if (this.#length() > 0) void this.#pump();
    }
  }

  /** Waits in the queue; at once where nobody else has to be waited for. */
  #turn(context: ReadContext): Turn | Promise<Turn> {
    throwIfStopped(context.signal);
    const priority = context.priority();
    if (this.#length() - this.#free() >= this.#options.maxWaiting) {
      this.#options.telemetry.quotaRefused(priority);
      throw spent(this.#spacingMs() * this.#length(), TOO_MANY);
    }
    const waiter: Waiter = { context, priority, sinceMs: this.#options.clock.monotonicMs() };
    this.#waiting[priority].push(waiter);
    void this.#pump();
    if (waiter.turn !== undefined) return waiter.turn;
    if (waiter.refusal !== undefined) throw waiter.refusal;
    return this.#wait(waiter);
  }

  #wait(waiter: Waiter): Promise<Turn> {
    const { signal, onUrgent } = waiter.context;
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#drop(waiter);
        end();
        reject(signal.reason);
      };
      // Somebody has come to wait for what only a refresh had asked for.
      const hurry = () => {
        if (!this.#drop(waiter)) return;
        waiter.priority = 'interactive';
        this.#waiting.interactive.push(waiter);
        void this.#pump();
      };
      const stopListening = waiter.priority === 'refresh' ? onUrgent?.(hurry) : undefined;
      const end = () => {
        signal.removeEventListener('abort', leave);
        stopListening?.();
      };
      waiter.settled = () => {
        end();
        if (waiter.turn === undefined) reject(waiter.refusal);
        else resolve(waiter.turn);
      };
      signal.addEventListener('abort', leave);
    });
  }

  /** Lets through whoever may go, refuses who cannot be served in time, and sets a timer for the rest. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    try {
      while (this.#length() > 0) {
        if (this.#closing.leftMs > 0) {
          this.#waitFor(this.#closing.leftMs, CLOSED);
          return;
        }
        // One that ends will pump again.
        if (this.#underWay >= this.#options.maxConcurrent) return;
        let priority = this.#nextPriority();
        let asked = this.#options.quota.take(priority);
        let grant = asked instanceof Promise ? await asked : asked;
        if (!grant.granted && priority === 'refresh' && this.#waiting.interactive.length > 0) {
          // Either class may be without a place now, or the refresh class alone, which has had its share. Its turn passes
          // only when another goes, for else it would pass each time there is no place, and never come.
          priority = 'interactive';
          asked = this.#options.quota.take(priority);
          grant = asked instanceof Promise ? await asked : asked;
        }
        if (grant.granted && this.#closing.leftMs > 0) {
          grant.giveBack(); // Closed while the quota was asked.
        } else if (grant.granted) {
          this.#admitNext(priority, grant.giveBack);
        } else {
          this.#waitFor(grant.waitMs, grant.isClosed === true ? CLOSED : 'no place in the quota');
          return;
        }
      }
    } finally {
      this.#isPumping = false;
    }
  }

  /** The head of the queue goes; if all have left meanwhile, the place goes back. */
  #admitNext(priority: Priority, giveBack: () => void): void {
    const next = this.#waiting[priority].shift() ?? this.#waiting[this.#nextPriority()].shift();
    if (next === undefined) {
      giveBack();
      return;
    }
    this.#admitted += 1;
    this.#underWay += 1;
    const waitedMs = this.#options.clock.monotonicMs() - next.sinceMs;
    next.context.meter.waitedMs += waitedMs;
    this.#options.telemetry.quotaWaited(next.priority, waitedMs);
    next.turn = { giveBack, round: this.#closing.round };
    next.settled?.();
  }

  #nextPriority(): Priority {
    const { interactive, refresh } = this.#waiting;
    if (interactive.length === 0) return 'refresh';
    return refresh.length > 0 && this.#admitted % REFRESH_EVERY === REFRESH_EVERY - 1 ? 'refresh' : 'interactive';
  }

  /**
   * Nobody can go for `waitMs`: refuses whose deadline comes before their turn can, and who are too many, and comes back
   * for the others.
   */
  #waitFor(waitMs: number, detail: string): void {
    const nowMs = this.#options.clock.monotonicMs();
    const spacingMs = this.#spacingMs();
    let turnMs = nowMs + waitMs;
    let kept = 0;
    for (const waiter of [...this.#waiting.interactive, ...this.#waiting.refresh]) {
      const isLate = turnMs + this.#answerMs(waiter) > waiter.context.deadlineAtMs();
      if (isLate || kept >= this.#options.maxWaiting) {
        this.#drop(waiter);
        this.#options.telemetry.quotaRefused(waiter.priority);
        waiter.refusal = spent(turnMs - nowMs, isLate ? detail : TOO_MANY);
        waiter.settled?.();
      } else {
        kept += 1;
        turnMs += spacingMs;
      }
    }
    if (this.#length() > 0 && Number.isFinite(waitMs)) {
      this.#cancelTimer = this.#options.clock.after(Math.max(1, Math.ceil(waitMs)), () => void this.#pump());
    }
  }

  /** Takes a waiter out of its queue; false when it is in none any more. */
  #drop(waiter: Waiter): boolean {
    const queue = this.#waiting[waiter.priority];
    const index = queue.indexOf(waiter);
    if (index >= 0) queue.splice(index, 1);
    return index >= 0;
  }

  /** How many could go at once: many who come together, as behind a new token, are only waiting for this process. */
  #free(): number {
    if (this.#cancelTimer !== undefined) return 0; // Those who are here wait for a later moment.
    return Math.min(this.#options.maxConcurrent - this.#underWay, this.remaining);
  }

  /** How far two calls are apart when all of the quota is in use. */
  #spacingMs(): number {
    return this.#options.windowMs / Math.max(1, this.#options.quota.share());
  }

  /**
   * What a call will take once it has its turn, as others took lately: one that would be cut off before it is answered is a
   * call of the quota for nothing. A quarter of the time left at most, for a platform may get faster again.
   */
  #answerMs({ context }: Waiter): number {
    const leftMs = context.deadlineAtMs() - this.#options.clock.monotonicMs();
    return Math.min(this.#tookMs, leftMs * MAX_ANSWER_SHARE);
  }

  #length(): number {
    return this.#waiting.interactive.length + this.#waiting.refresh.length;
  }
}

function spent(retryAfterMs: number, detail: string): PlatformProblem {
  const facts = Number.isFinite(retryAfterMs) ? { retryAfterMs: Math.ceil(retryAfterMs) } : {};
  return new PlatformProblem('PLATFORM_QUOTA_SPENT', 'final', { ...facts, detail });
}
