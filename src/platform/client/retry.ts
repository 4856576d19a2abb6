import type { Clock } from '../../domain/clock.ts';
import type { PlatformCall } from './call.ts';
import { BREAKER_OPEN } from './breakers.ts';
import { PlatformProblem } from '../answer/problem.ts';
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

/**
 * Tries a call once more after a transient fault, inside its deadline and the budget. A spent quota is never retried:
 * it is not transient, and the gate waits for all.
 */
export function withRetry(
  call: PlatformCall,
  options: { readonly clock: Clock; readonly budget: RetryBudget; readonly random: () => number },
): PlatformCall {
  const { clock, budget, random } = options;
  return async (request, context) => {
    const leftMs = () => context.deadlineAtMs() - clock.monotonicMs();
    const second = { isPaid: false };
    for (let attempt = 1; ; attempt += 1) {
      const afterMs = leftMs() * FIRST_SHARE;
      const isWorthTwo = attempt < MAX_ATTEMPTS && leftMs() - afterMs >= MIN_SECOND_MS;
      // Without a place in the budget an attempt is not given up: its answer may still come in time. Nor where waiting for a
      // token or a place in the quota has taken the time that a second one would need.
      const take = () => leftMs() >= MIN_SECOND_MS && (second.isPaid = budget.withdraw());
      const deposit = () => attempt === 1 && budget.deposit();
      try {
        const answer = await call(request, isWorthTwo ? { ...context, secondChance: { afterMs, take } } : context);
        deposit();
        return answer;
      } catch (error) {
        // What was refused here, by the gate or an open breaker, was no call, and earns no retry.
        if (!isRefusedHere(error)) deposit();
        const delayMs = retryDelayMs(attempt, error, random());
        if (delayMs === null || context.signal.aborted || leftMs() < delayMs + MIN_ATTEMPT_MS) throw error;
        if (!second.isPaid && !budget.withdraw()) throw error;
        second.isPaid = false;
        if (delayMs > 0) await sleep(delayMs, clock, context.signal);
      }
    }
  };
}

function isRefusedHere(error: unknown): boolean {
  return (
    error instanceof PlatformProblem && (error.code === 'PLATFORM_QUOTA_SPENT' || error.facts.detail === BREAKER_OPEN)
  );
}
