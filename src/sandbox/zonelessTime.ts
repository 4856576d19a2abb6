const SHAPE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;

/**
 * The instant that a zone-less `YYYY-MM-DDThh:mm:ss` names, read as UTC, in epoch milliseconds; null for anything else,
 * a 30th of February included.
 *
 * The platform's pages leave the zone of the ledger's `endDate` open; its v2 inputs without an offset are UTC elsewhere.
 *
 * @see https://docs.capillarytech.com/docs/timezone_introduction
 */
export function readZonelessTime(text: string): number | null {
  if (!SHAPE.test(text)) return null;
  const atMs = Date.parse(`${text}Z`);
  if (Number.isNaN(atMs)) return null;
  return new Date(atMs).toISOString().slice(0, 19) === text ? atMs : null;
}
