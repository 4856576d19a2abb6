import { sumOf, type Thousandths } from './amounts.ts';
import type { Category, Entry } from './ledger.ts';

/** What the points balance shows. Alternate currencies are no points, and are in none of it. */
export interface Figures {
  /** Redeemable now. */
  readonly main: Thousandths;
  /** Promised, with a date on which they become main points. */
  readonly delayedAccrual: Thousandths;
  /** Promised, until an outside event turns them into main points. */
  readonly externalTriggerBased: Thousandths;
  /** `delayedAccrual + externalTriggerBased`. */
  readonly promised: Thousandths;
  /** `main + promised`. */
  readonly total: Thousandths;
}

/**
 * The figures that a ledger adds up to, in one program or over all.
 *
 * @see https://docs.capillarytech.com/reference/get-points-balance
 */
export function figuresOf(entries: readonly Entry[], program: number | 'all'): Figures {
  const points = entries.filter(
    ({ currency, programId }) => currency === null && (program === 'all' || programId === program),
  );
  const sum = (category: Category): Thousandths =>
    sumOf(points.filter((entry) => entry.category === category).map(({ amount }) => amount));

  const main = sum('REGULAR');
  const delayedAccrual = sum('PROMISED');
  const externalTriggerBased = sum('TRIGGER_BASED');
  const promised = delayedAccrual + externalTriggerBased;
  return { main, delayedAccrual, externalTriggerBased, promised, total: main + promised };
}
