import { closingBalanceOf, pointsOf } from './answers.ts';
import type { RawAnswer } from './connection.ts';

/** A request about one customer, ready to be sent. */
export interface Question {
  readonly id: string;
  readonly body: string;
}

/**
 * What came of it: the right figures (fresh, or marked stale), an error with its code, nothing at all (the connection
 * failed or was cut), or, which must never be, somebody else's figures.
 */
export type Verdict = 'answered' | 'stale' | 'cut off' | 'mixed up' | `failed ${string}`;

const BALANCE = 'query($id:ID!){customer(id:$id){id pointsBalance{mainPoints}}}';
const BALANCE_AND_FRESHNESS = 'query($id:ID!){customer(id:$id){id pointsBalance{mainPoints freshness{stale}}}}';
const BOTH = 'query($id:ID!){customer(id:$id){id pointsBalance{mainPoints}ledgerBalance{nodes{closingBalance}}}}';

/** The points of one customer, as every program under test can be asked. */
export function balanceOf(id: string): Question {
  return question(BALANCE, id);
}

/** The points of one customer, and whether they are stale: the gateway alone knows. */
export function balanceAndFreshnessOf(id: string): Question {
  return question(BALANCE_AND_FRESHNESS, id);
}

/** The points and the ledger of one customer: two reads. */
export function bothBalancesOf(id: string): Question {
  return question(BOTH, id);
}

function question(query: string, id: string): Question {
  return { id, body: JSON.stringify({ query, variables: { id } }) };
}

interface Answered {
  readonly data?: {
    readonly customer: {
      readonly id: string;
      readonly pointsBalance: {
        readonly mainPoints: string | number;
        readonly freshness?: { readonly stale: boolean };
      } | null;
      readonly ledgerBalance?: { readonly nodes: readonly { readonly closingBalance: string | number }[] } | null;
    } | null;
  } | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

/** Reads an answer, and holds every figure in it to the id that was asked. */
export function verdictOf({ id }: Question, { status, body }: RawAnswer): Verdict {
  if (status === 0) return 'cut off';
  const { data, errors } = JSON.parse(body) as Answered;
  const customer = data?.customer;
  const balance = customer?.pointsBalance;
  const rows = customer?.ledgerBalance?.nodes ?? [];
  if (customer !== null && customer !== undefined && customer.id !== id) return 'mixed up';
  if (balance !== null && balance !== undefined && !isSame(balance.mainPoints, pointsOf(id))) return 'mixed up';
  if (rows.some(({ closingBalance }) => !isSame(closingBalance, closingBalanceOf(id)))) return 'mixed up';
  if (errors !== undefined) return `failed ${errors[0]?.extensions?.code ?? 'without a code'}`;
  if (balance === null || balance === undefined) return `failed HTTP ${status}`;
  return balance.freshness?.stale === true ? 'stale' : 'answered';
}

/** A program that keeps amounts as floats is held to the number, not to its digits. */
function isSame(answered: string | number, expected: string): boolean {
  return typeof answered === 'string' ? answered === expected : answered === Number(expected);
}
