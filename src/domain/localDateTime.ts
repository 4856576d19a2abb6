/** A date and time without a zone, `YYYY-MM-DDThh:mm:ss`, that exists in the calendar. */
export type LocalDateTimeText = string & { readonly __brand: 'LocalDateTimeText' };

/** Outside these years a date is a slip of the keyboard, and the platform refuses it (codes 1217, 11011). */
const FIRST_YEAR = 1900;
const LAST_YEAR = 2199;

/** `text` as a local date and time; undefined when it has another form, a zone, or names a day that does not exist. */
export function parseLocalDateTime(text: string): LocalDateTimeText | undefined {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$/.test(text)) return undefined;
  const year = Number(text.slice(0, 4));
  if (year < FIRST_YEAR || year > LAST_YEAR) return undefined;
  const instant = new Date(`${text}Z`);
  // The 30th of February either does not parse or comes back as another day.
  if (Number.isNaN(instant.getTime()) || instant.toISOString().slice(0, 19) !== text) return undefined;
  return text as LocalDateTimeText;
}
