import type { Clock } from '../../domain/clock.ts';
import type { Priority, ReadContext } from '../../domain/operation.ts';
import type { StopSignal } from '../../domain/stop.ts';
import type { Telemetry } from '../../domain/telemetry.ts';
import { Closing, type Round } from './closing.ts';
import { PlatformProblem } from '../answer/problem.ts';
import { Failed, type Done } from '../outcome.ts';
import type { Grant, Quota } from './quota.ts';
import { Waiting, type Waiter } from './waiting.ts';

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

/** Assumed until calls have shown what they take. */
const FIRST_ANSWER_MS = 100;
const NEWEST_SHARE = 0.1;
const MAX_ANSWER_SHARE = 0.25;

const CLOSED = 'closed by the platform';
const TOO_MANY = 'too many wait';

/**
 * The one door to the platform. A call goes through when the quota has a place for it and not too many are under way;
 * until then it waits, but never past its deadline: one that cannot be reached in time is refused at once. A 429 or 517
 * closes the door for all.
 */
export class QuotaGate {
  readonly #options: QuotaGateOptions;
  readonly #closing: Closing;
  readonly #waiting = new Waiting();
  #underWay = 0;
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
    return this.#waiting.length === 0 && 2 * this.#underWay < maxConcurrent && 2 * this.remaining > quota.limit();
  }

  /** Milliseconds until the platform takes calls again; 0 while it does. */
  get closedMs(): number {
    return this.#closing.leftMs;
  }

  /** Calls that wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Runs `send` when it is its turn, and tells `done` how that ended; else `PLATFORM_QUOTA_SPENT`, when its turn would come
   * after the deadline or too many wait, or the context's abort reason, when it aborts first: a place that was not used
   * goes to the next.
   */
  pass<T>(context: ReadContext, send: (done: Done<T>) => void, done: Done<T>): void {
    const { signal } = context;
    if (signal.aborted) {
      done(new Failed(signal.reason));
      return;
    }
    const priority = context.priority();
    const { maxWaiting } = this.#options;
    if (this.#waiting.length >= maxWaiting && this.#waiting.length - this.#free() >= maxWaiting) {
      this.#options.telemetry.quotaRefused(priority);
      done(new Failed(spent(this.#spacingMs() * this.#waiting.length, TOO_MANY)));
      return;
    }
    const waiter: Waiter = {
      context,
      priority,
      sinceMs: this.#options.clock.monotonicMs(),
      isWaiting: true,
      go: (round, giveBack) => this.#send(signal, { round, giveBack }, send, done),
      done,
    };
    this.#waiting.add(waiter);
    this.#pump();
    if (waiter.isWaiting) this.#wait(waiter, done);
  }

  #send<T>(
    signal: StopSignal,
    { round, giveBack }: { readonly round: Round; readonly giveBack: () => void },
    send: (done: Done<T>) => void,
    done: Done<T>,
  ): void {
    // Others were told before it that the signal aborted, and have made room.
    if (signal.aborted) {
      giveBack();
      this.#leave();
      done(new Failed(signal.reason));
      return;
    }
    const sentAtMs = this.#options.clock.monotonicMs();
    send((outcome) => {
      let ended = outcome;
      try {
        if (outcome instanceof Failed) ended = this.#failed(outcome, round);
        else {
          this.#tookMs += (this.#options.clock.monotonicMs() - sentAtMs - this.#tookMs) * NEWEST_SHARE;
          this.#closing.succeeded(round);
        }
      } catch (error) {
        ended = new Failed(error);
      }
      this.#leave();
      done(ended);
    });
  }

  /** A spent quota closes the door for all. */
  #failed(failed: Failed, round: Round): Failed {
    const { reason } = failed;
    if (!(reason instanceof PlatformProblem) || reason.code !== 'PLATFORM_QUOTA_SPENT') return failed;
    const refusal = this.#closing.refused(reason, round);
    const { leftMs } = this.#closing;
    this.#options.quota.close(leftMs);
    this.#options.telemetry.gateClosed(leftMs);
    return new Failed(refusal);
  }

  /** A call has ended: the next may go. */
  #leave(): void {
    this.#underWay -= 1;
    if (this.#waiting.length > 0) this.#pump();
  }

  #wait<T>(waiter: Waiter, done: Done<T>): void {
    const { context } = waiter;
    const { signal } = context;
    const leave = () => {
      this.#waiting.drop(waiter);
      end();
      done(new Failed(signal.reason));
    };
    // Somebody has come to wait for what only a refresh had asked for.
    const hurry = () => {
      if (!this.#waiting.drop(waiter)) return;
      waiter.priority = 'interactive';
      this.#waiting.add(waiter);
      this.#pump();
    };
    const stopListening = waiter.priority === 'refresh' ? context.onUrgent?.(hurry) : undefined;
    const end = () => {
      signal.removeEventListener('abort', leave);
      stopListening?.();
    };
    waiter.endWait = end;
    signal.addEventListener('abort', leave);
  }

  /** Lets through whoever may go, refuses who cannot be served in time, and sets a timer for the rest. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#takeFor(this.#nextToAsk());
  }

  /** Takes places for one class after the other, until there is nobody to take one for, or none to take. */
  #takeFor(first: Priority | undefined): void {
    let priority = first;
    let asked: Promise<Grant> | undefined;
    try {
      while (priority !== undefined && asked === undefined) {
        const grant = this.#options.quota.take(priority);
        if (grant instanceof Promise) asked = grant;
        else priority = this.#use(grant, priority);
      }
    } finally {
      this.#isPumping = asked !== undefined;
    }
    const askedFor = priority;
    if (askedFor !== undefined) void asked?.then((grant) => this.#takeFor(this.#useLate(grant, askedFor)));
  }

  #useLate(grant: Grant, priority: Priority): Priority | undefined {
    let isUsed = false;
    try {
      const next = this.#use(grant, priority);
      isUsed = true;
      return next;
    } finally {
      // Whatever went wrong, the next to come is to be looked at.
      this.#isPumping = isUsed;
    }
  }

  /** The class whose turn it is; undefined where nobody can go now. */
  #nextToAsk(): Priority | undefined {
    if (this.#waiting.length === 0) return undefined;
    if (this.#closing.leftMs > 0) {
      this.#waitFor(this.#closing.leftMs, CLOSED);
      return undefined;
    }
    // One that ends will pump again.
    return this.#underWay < this.#options.maxConcurrent ? this.#waiting.nextPriority() : undefined;
  }

  /** Uses a place, if it is one; gives the class to ask for next. */
  #use(grant: Grant, priority: Priority): Priority | undefined {
    if (!grant.granted) {
      // Either class may be without a place now, or the refresh class alone, which has had its share. Its turn passes
      // only when another goes, for else it would pass each time there is no place, and never come.
      if (priority === 'refresh' && this.#waiting.has('interactive')) return 'interactive';
      this.#waitFor(grant.waitMs, grant.isClosed === true ? CLOSED : 'no place in the quota');
      return undefined;
    }
    const isClosed = this.#closing.leftMs > 0; // While the quota was asked.
    if (isClosed) grant.giveBack();
    else this.#admitNext(priority, grant.giveBack);
    return this.#nextToAsk();
  }

  /** The head of the queue goes; if all have left meanwhile, the place goes back. */
  #admitNext(priority: Priority, giveBack: () => void): void {
    const next = this.#waiting.takeNext(priority);
    if (next === undefined) {
      giveBack();
      return;
    }
    this.#underWay += 1;
    const waitedMs = this.#options.clock.monotonicMs() - next.sinceMs;
    next.context.meter.waitedMs += waitedMs;
    this.#options.telemetry.quotaWaited(next.priority, waitedMs);
    next.isWaiting = false;
    next.endWait?.();
    next.go(this.#closing.round, giveBack);
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
    for (const waiter of this.#waiting.all()) {
      const isLate = turnMs + this.#answerMs(waiter) > waiter.context.deadlineAtMs();
      if (isLate || kept >= this.#options.maxWaiting) {
        this.#waiting.drop(waiter);
        this.#options.telemetry.quotaRefused(waiter.priority);
        waiter.isWaiting = false;
        waiter.endWait?.();
        waiter.done(new Failed(spent(turnMs - nowMs, isLate ? detail : TOO_MANY)));
      } else {
        kept += 1;
        turnMs += spacingMs;
      }
    }
    if (this.#waiting.length > 0 && Number.isFinite(waitMs)) {
      this.#cancelTimer = this.#options.clock.after(Math.max(1, Math.ceil(waitMs)), () => this.#pump());
    }
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
}

function spent(retryAfterMs: number, detail: string): PlatformProblem {
  const facts = Number.isFinite(retryAfterMs) ? { retryAfterMs: Math.ceil(retryAfterMs) } : {};
  return new PlatformProblem('PLATFORM_QUOTA_SPENT', 'final', { ...facts, detail });
}
