/** Something secondary that failed on the platform while the answer holds. */
export interface Warning {
  /** The platform's own code. */
  readonly code: number;
  /** What it means, in our words: the platform's text may hold anything. */
  readonly message: string;
}

/** Any more would only be noise, or an attack. */
export const MAX_WARNINGS = 20;

/** The codes that say: this customer was merged into another, whose data is shown. */
export const MERGE_CODES: ReadonlySet<number> = new Set([8069, 91009]);

const EVENTS_PENDING = 'Events of this customer are still being processed; the figures may change shortly.';
const POINTS_INCOMPLETE = 'Some points details could not be read.';
const MERGED = 'This customer was merged into another; the surviving customer is shown.';

/** @see https://docs.capillarytech.com/reference/status-codes-customers */
const MESSAGES: ReadonlyMap<number, string> = new Map([
  [521, EVENTS_PENDING],
  [900, EVENTS_PENDING],
  [8054, 'The account id of the source was not given.'],
  [8062, POINTS_INCOMPLETE],
  [8069, MERGED],
  [8107, 'The customer has no status label yet.'],
  [9004, 'Some ledger details could not be read.'],
  [11002, EVENTS_PENDING],
  [91001, POINTS_INCOMPLETE],
  [91009, MERGED],
]);

/** The warning for a platform code; one that is not known keeps its code and gets a general message. */
export function warningOf(code: number): Warning {
  return { code, message: MESSAGES.get(code) ?? 'The loyalty service reported a warning.' };
}
