import type { Endpoint, Fault, Misbehaviour } from './faults.ts';

/** Decides, call by call, what goes wrong; null for a call that is answered as it should be. */
export type FaultPlan = (endpoint: Endpoint, query: URLSearchParams) => Misbehaviour | null;

/**
 * A plan that spreads each fault evenly, and the same in every run: a share of 0.1 hits the tenth, twentieth, ... call
 * that the fault can be due on. What an earlier fault has hit is not counted for a later one.
 */
export function createFaultPlan(faults: readonly Fault[]): FaultPlan {
  const counted = faults.map((fault) => ({ fault, calls: 0 }));
  return (endpoint, query) => {
    for (const each of counted) {
      if (!canStrike(each.fault, endpoint, query)) continue;
      const { of, outOf } = each.fault.share;
      const due = Math.floor((each.calls * of) / outOf);
      each.calls += 1;
      if (Math.floor((each.calls * of) / outOf) > due) return each.fault.misbehaviour;
    }
    return null;
  };
}

function canStrike({ endpoint: place, misbehaviour }: Fault, endpoint: Endpoint, query: URLSearchParams): boolean {
  if (place !== '*' && place !== endpoint) return false;
  if (misbehaviour.kind === 'other-customer') return endpoint !== 'token';
  if (misbehaviour.kind === 'refuse-id') return endpoint === 'ledgerBalance' && query.get('identifierName') === 'id';
  return true;
}
