import type { Clock } from '../../domain/clock.ts';
import { GatewayError } from '../../domain/errors.ts';
import { createMeter, type ReadContext } from '../../domain/operation.ts';
import { Stop } from '../../domain/stop.ts';
import type { NearEntry } from './nearEntry.ts';
import type { RefreshPace } from './refreshPace.ts';

/** When, and whether, answers are read again before they grow old. */
export interface RefreshRules {
  /** Whether a call more would take nothing from anybody. */
  readonly hasSpare: () => boolean;
  readonly pace: RefreshPace;
  /** A refresh is cut off after this long. */
  readonly timeoutMs: number;
}

/** Asked for this often while it is fresh, an answer is asked for again soon. */
const HOT_HITS = 3;
/** Of its fresh life: early enough that the new answer is there when the old one ends, late enough to be worth a call. */
const AFTER_SHARE = 0.8;

/** Whether an answer that is given for the `hits`th time should be read again now, in the background. */
export function isDueForRefresh(
  { kept, isRefreshed }: NearEntry,
  hits: number,
  ageMs: number,
  freshMs: number,
  { hasSpare, pace }: RefreshRules,
): boolean {
  if (isRefreshed || typeof kept === 'number') return false; // Nobody is there.
  return hits >= HOT_HITS && ageMs >= AFTER_SHARE * freshMs && pace.isOpen && hasSpare();
}

/** What a refresh is done under: nobody waits for it, so its end is its own. */
export function createRefreshContext(
  clock: Clock,
  timeoutMs: number,
): { readonly context: ReadContext; readonly dispose: () => void } {
  const stop = new Stop();
  const dispose = clock.after(timeoutMs, () =>
    stop.abort(new GatewayError('PLATFORM_TIMEOUT', { detail: 'refresh too slow' })),
  );
  const endMs = clock.monotonicMs() + timeoutMs;
  const context: ReadContext = {
    signal: stop,
    deadlineAtMs: () => endMs,
    priority: () => 'refresh',
    meter: createMeter(), // It is nobody's own cost.
  };
  return { context, dispose };
}
