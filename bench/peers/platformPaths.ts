/** The two reads, as paths. */
export function balancePath(id: string): string {
  return `v2/customers/${encodeURIComponent(id)}/points/balance`;
}

export const LEDGER_PATH = 'v2/pointsLedger/getCustomerLedgerBalance';

/** The ledger's first page. */
export function ledgerParams(id: string): Record<string, string> {
  return { identifierName: 'id', identifierValue: id, source: 'INSTORE', limit: '10', offset: '0' };
}

export interface LedgerAnswer {
  readonly ledgerDetails: { readonly ledgerClosingBalance: readonly unknown[] };
}

/** What both bodies are to a caller. */
export interface Ledger {
  readonly nodes: readonly unknown[];
}

export function ledgerOf({ ledgerDetails }: LedgerAnswer): Ledger {
  return { nodes: ledgerDetails.ledgerClosingBalance };
}
