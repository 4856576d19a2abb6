import { closingBalanceOf, pointsOf } from '../support/answers.ts';
import type { Problem } from './problems.ts';

/** What is asked, by one document each: two reads of one customer, or one read of many. */
export type OperationName = 'one' | 'list';

/** One operation, and what its answer must say. */
export interface Operation {
  /** The body of a request about these ids. */
  body(ids: readonly string[]): string;
  /** `data` of the right answer, amounts digit for digit. */
  expected(ids: readonly string[]): unknown;
}

const LEDGER_ROWS = 10;

const ONE =
  'query Balances($id: ID!) { customer(id: $id) { id pointsBalance { totalPoints mainPoints promisedPoints } ' +
  'ledgerBalance { nodes { programName pointsCategory closingBalance } } } }';
const LIST =
  'query List($ids: [ID!]!) { customers(ids: $ids) { id pointsBalance { totalPoints mainPoints promisedPoints } } }';

/** As the answers of `support/answers.ts` at the time 0 say. */
function pointsBalanceOf(id: string) {
  return { totalPoints: '0', mainPoints: pointsOf(id), promisedPoints: '0.000' };
}

function ledgerBalanceOf(id: string) {
  const row = (n: number) => ({
    programName: `Program ${n}`,
    pointsCategory: 'Main',
    closingBalance: closingBalanceOf(id),
  });
  return { nodes: Array.from({ length: LEDGER_ROWS }, (_, n) => row(n)) };
}

/** Each distinct id is asked for twice: first all of them, then all once more. */
function twice(ids: readonly string[]): readonly string[] {
  return [...ids, ...ids];
}

/** The operations of the bench. A list is made of distinct ids, and names each of them twice. */
export const OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  one: {
    body: ([id]) => JSON.stringify({ query: ONE, variables: { id } }),
    expected: ([id = '']) => ({
      customer: { id, pointsBalance: pointsBalanceOf(id), ledgerBalance: ledgerBalanceOf(id) },
    }),
  },
  list: {
    body: (ids) => JSON.stringify({ query: LIST, variables: { ids: twice(ids) } }),
    expected: (ids) => ({ customers: twice(ids).map((id) => ({ id, pointsBalance: pointsBalanceOf(id) })) }),
  },
};

/**
 * Compares an answer with what it must say, value by value. A program that keeps amounts as numbers is held to the
 * number; one that keeps them as text, to each digit.
 *
 * @returns the path of the first difference and both values; undefined where there is none
 */
export function differenceOf(answered: unknown, expected: unknown, path = 'data'): string | undefined {
  if (typeof expected !== 'object' || expected === null) {
    const isSame = typeof answered === 'number' ? answered === Number(expected) : answered === expected;
    return isSame ? undefined : `${path} is ${JSON.stringify(answered)} and not ${JSON.stringify(expected)}`;
  }
  if (typeof answered !== 'object' || answered === null) return `${path} is ${JSON.stringify(answered)}`;
  const keys = new Set([...Object.keys(expected), ...Object.keys(answered)]);
  for (const key of keys) {
    const [ours, theirs] = [answered, expected].map((each) => (each as Readonly<Record<string, unknown>>)[key]);
    const difference = differenceOf(ours, theirs, `${path}.${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

interface Answered {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message?: string; readonly extensions?: { readonly code?: string } }[];
}

/** What is wrong with an answer that is not, letter for letter, the one that was expected; undefined: nothing. */
export function problemOf(
  operation: Operation,
  ids: readonly string[],
  { status, body }: { readonly status: number; readonly body: string },
): Problem | undefined {
  if (status === 0) return 'failed: cut off';
  let answered: Answered;
  try {
    answered = JSON.parse(body) as Answered;
  } catch {
    return `failed: HTTP ${status} without JSON`;
  }
  const [error] = answered.errors ?? [];
  if (error !== undefined) return `failed: ${error.extensions?.code ?? error.message ?? 'without a code'}`;
  const difference = differenceOf(answered.data, operation.expected(ids));
  if (difference === undefined) return undefined;
  return status === 200 ? 'mixed up' : `failed: HTTP ${status}`;
}
