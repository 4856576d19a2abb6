import type { Clock } from '../../domain/clock.ts';
import type { OperationMeter, Priority, ReadContext } from '../../domain/operation.ts';
import type { StopSignal } from '../../domain/stop.ts';
import type { PlatformAnswer } from '../answer/answer.ts';
import { PlatformProblem } from '../answer/problem.ts';
import { Failed, type Done, type Outcome } from '../outcome.ts';
import { BREAKER_OPEN } from './breakers.ts';
import type { CallContext, CallLayer, PlatformRequest, SecondChance } from './call.ts';
import type { RetryBudget } from './retryBudget.ts';
import { sleep } from '../sleep.ts';

const MAX_ATTEMPTS = 2;
/** Of the time left, what a first attempt may take without an answer before a second one is made instead, */
const FIRST_SHARE = 0.6;
/** where that leaves the second one a fair chance. */
const MIN_SECOND_MS = 400;
const BASE_DELAY_MS = 50;
const MAX_DELAY_MS = 500;
/** Less time than this is not worth another call. */
const MIN_ATTEMPT_MS = 50;

/**
 * How long to wait before the attempt after `attempt` (from 1), or null for none: at most two attempts, transient faults
 * only, with full jitter.
 *
 * @param random 0 to 1
 */
export function retryDelayMs(attempt: number, problem: unknown, random: number): number | null {
  if (attempt >= MAX_ATTEMPTS || !(problem instanceof PlatformProblem) || problem.kind !== 'transient') return null;
  return Math.floor(random * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** (attempt - 1)));
}

export interface RetryOptions {
  readonly clock: Clock;
  readonly budget: RetryBudget;
  /** 0 to 1, for the jitter. */
  readonly random: () => number;
}

/**
 * Tries a call once more after a transient fault, inside its deadline and the budget. A spent quota is never retried:
 * it is not transient, and the gate waits for all.
 */
export function withRetry(call: CallLayer, options: RetryOptions): CallLayer {
  return (request, context, done) => new Tries(call, options, { request, context, done }).begin();
}

/** One call, and what it takes. */
interface Asked {
  readonly request: PlatformRequest;
  readonly context: ReadContext;
  readonly done: Done<PlatformAnswer>;
}

/** The attempts of one call, and what each is made under. */
class Tries implements CallContext, SecondChance {
  readonly #call: CallLayer;
  readonly #options: RetryOptions;
  readonly #asked: Asked;
  #attempt = 1;
  /** Whether the budget has paid for a second attempt that is not made yet. */
  #isPaid = false;
  afterMs = 0;
  secondChance: SecondChance | undefined;

  constructor(call: CallLayer, options: RetryOptions, asked: Asked) {
    this.#call = call;
    this.#options = options;
    this.#asked = asked;
  }

  get signal(): StopSignal {
    return this.#asked.context.signal;
  }

  get meter(): OperationMeter {
    return this.#asked.context.meter;
  }

  deadlineAtMs(): number {
    return this.#asked.context.deadlineAtMs();
  }

  priority(): Priority {
    return this.#asked.context.priority();
  }

  onUrgent(callback: () => void): () => void {
    return this.#asked.context.onUrgent?.(callback) ?? (() => undefined);
  }

  begin(): void {
    const leftMs = this.#leftMs();
    this.afterMs = leftMs * FIRST_SHARE;
    const isWorthTwo = this.#attempt < MAX_ATTEMPTS && leftMs - this.afterMs >= MIN_SECOND_MS;
    this.secondChance = isWorthTwo ? this : undefined;
    this.#call(this.#asked.request, this, (outcome) => this.#end(outcome));
  }

  /**
   * Without a place in the budget an attempt is not given up: its answer may still come in time. Nor where waiting for a
   * token or a place in the quota has taken the time that a second one would need.
   */
  take(): boolean {
    return this.#leftMs() >= MIN_SECOND_MS && (this.#isPaid = this.#options.budget.withdraw());
  }

  #end(outcome: Outcome<PlatformAnswer>): void {
    const { clock, budget, random } = this.#options;
    const { context, done } = this.#asked;
    const reason = outcome instanceof Failed ? outcome.reason : undefined;
    // What was refused here, by the gate or an open breaker, was no call, and earns no retry.
    if (this.#attempt === 1 && !isRefusedHere(reason)) budget.deposit();
    const delayMs = outcome instanceof Failed ? retryDelayMs(this.#attempt, reason, random()) : null;
    const isLate = delayMs === null || context.signal.aborted || this.#leftMs() < delayMs + MIN_ATTEMPT_MS;
    if (isLate || !(this.#isPaid || budget.withdraw())) {
      done(outcome);
      return;
    }
    this.#isPaid = false;
    this.#attempt += 1;
    if (delayMs === 0) this.begin();
    else {
      sleep(delayMs, clock, context.signal).then(
        () => this.begin(),
        (stopped: unknown) => done(new Failed(stopped)),
      );
    }
  }

  #leftMs(): number {
    return this.#asked.context.deadlineAtMs() - this.#options.clock.monotonicMs();
  }
}

function isRefusedHere(error: unknown): boolean {
  return (
    error instanceof PlatformProblem && (error.code === 'PLATFORM_QUOTA_SPENT' || error.facts.detail === BREAKER_OPEN)
  );
}
