/** What a fault can be set on: the endpoints' names. */
export const ENDPOINTS = ['token', 'pointsBalance', 'ledgerBalance', 'customer', 'lookup'] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

/** What can go wrong, beside an HTTP status. */
const KINDS = {
  stall: 'never answers',
  reset: 'drops the connection before a byte',
  html: 'a login page, with 200',
  empty: 'no body, with 200',
  malformed: 'a body that breaks off in the middle, with 200 and a fitting length',
  half: 'half a body under the length of the whole, then drops the connection',
  drip: 'the right answer, a byte every 100 ms',
  huge: 'the right answer, padded to 16 MiB',
  'other-customer': "another customer's answer",
  'refuse-id': 'ledgerBalance: 11013 when identifierName is id',
} as const;

/** Kinds that take a number: `wait=800`. */
const NUMBERED = {
  wait: 'the right answer, so many milliseconds later',
  code: 'a business error with this code, with 200',
} as const;

/** What a fault does: a status of 400 to 599, a named kind, or a kind with its number. */
export type Misbehaviour =
  | { readonly kind: 'status'; readonly value: number }
  | { readonly kind: keyof typeof NUMBERED; readonly value: number }
  | { readonly kind: keyof typeof KINDS };

/** One fault: where, what, and on how many of the calls. */
export interface Fault {
  readonly endpoint: Endpoint | '*';
  readonly misbehaviour: Misbehaviour;
  /** A fraction, exactly as written: `0.1` is 1 of 10. */
  readonly share: { readonly of: number; readonly outOf: number };
}

/** The grammar of the faults, for an error message or a help text. */
export const FAULT_GRAMMAR = [
  'Faults are written "endpoint:fault@share", with commas between them; without "@share" every call is hit.',
  `endpoint: ${ENDPOINTS.join(', ')}, or * for all`,
  'fault: an HTTP status from 400 to 599, or one of',
  ...Object.entries(KINDS).map(([kind, meaning]) => `  ${kind}: ${meaning}`),
  ...Object.entries(NUMBERED).map(([kind, meaning]) => `  ${kind}=N: ${meaning}`),
  'share: above 0, at most 1, such as 0.1: every tenth call, the tenth first. A call is hit by one fault, the first',
  '  that is due, and counts only for those up to that one.',
  'Example: pointsBalance:500@0.1,ledgerBalance:stall',
].join('\n');

/**
 * Reads what a faults text says; no faults for an empty text.
 *
 * @throws {Error} naming the part that is wrong, and the whole grammar
 */
export function parseFaults(text: string): readonly Fault[] {
  if (text.trim() === '') return [];
  return text.split(',').map((part) => {
    const fault = readFault(part.trim());
    if (fault === null) throw new Error(`Not a fault: "${part.trim()}".\n${FAULT_GRAMMAR}`);
    return fault;
  });
}

function readFault(text: string): Fault | null {
  const match = /^([A-Za-z]+|\*):([a-z0-9=-]+)(?:@(\d{1,3}(?:\.\d{1,6})?))?$/.exec(text);
  const [, place = '', what = '', part = '1'] = match ?? [];
  const endpoint = place === '*' ? '*' : ENDPOINTS.find((name) => name === place);
  const misbehaviour = readMisbehaviour(what);
  const [whole = '', decimals = ''] = part.split('.');
  const share = { of: Number(whole + decimals), outOf: 10 ** decimals.length };
  if (match === null || endpoint === undefined || misbehaviour === null) return null;
  if (share.of === 0 || share.of > share.outOf || !isPossible(endpoint, misbehaviour)) return null;
  return { endpoint, misbehaviour, share };
}

function readMisbehaviour(text: string): Misbehaviour | null {
  if (/^[45]\d\d$/.test(text)) return { kind: 'status', value: Number(text) };
  if (Object.hasOwn(KINDS, text)) return { kind: text as keyof typeof KINDS };
  const [kind = '', value = ''] = text.split('=');
  if (!Object.hasOwn(NUMBERED, kind) || !/^\d{1,6}$/.test(value)) return null;
  return { kind: kind as keyof typeof NUMBERED, value: Number(value) };
}

/** Whether the fault can ever strike there: a fault that cannot is a slip of the pen. */
function isPossible(endpoint: Endpoint | '*', { kind }: Misbehaviour): boolean {
  if (kind === 'refuse-id') return endpoint === 'ledgerBalance' || endpoint === '*';
  if (kind === 'other-customer') return endpoint !== 'token';
  return true;
}
