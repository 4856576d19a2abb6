import type { CustomerId, CustomerLookup } from '../domain/customer.ts';
import type { LedgerPage, LedgerPageQuestion } from '../domain/ledger.ts';
import type { ReadContext } from '../domain/operation.ts';
import type { PointsBalance, PointsBalanceQuestion } from '../domain/points.ts';
import { createPlatformClient, type PlatformClientOptions } from './client.ts';
import { fetchCustomerId, fetchCustomerIdentifiers, type CustomerIdentifiers } from './endpoints/customer.ts';
import { fetchPointsBalance } from './endpoints/pointsBalance.ts';
import { createLedgerReader } from './ledgerReader.ts';

export type { PlatformCredentials } from './credentials.ts';

/** The loyalty platform as the loaders see it: questions in, answers of the domain out, failures as GatewayError. */
export interface Platform {
  fetchPointsBalance(question: PointsBalanceQuestion, context: ReadContext): Promise<PointsBalance>;
  fetchLedgerPage(question: LedgerPageQuestion, context: ReadContext): Promise<LedgerPage>;
  fetchCustomerId(lookup: CustomerLookup, context: ReadContext): Promise<CustomerId>;
  fetchCustomerIdentifiers(id: CustomerId, context: ReadContext): Promise<CustomerIdentifiers>;
  /** Closes idle connections. */
  close(): void;
}

export interface PlatformOptions extends PlatformClientOptions {
  /** The ledger's `limit`: 1 to 100. */
  readonly ledgerPageSize: number;
}

/** Everything the gateway asks the platform, over one client. */
export function createPlatform(options: PlatformOptions): Platform {
  const { call, close } = createPlatformClient(options);
  const readLedgerPage = createLedgerReader({ call, clock: options.clock, pageSize: options.ledgerPageSize });
  return {
    fetchPointsBalance: (question, context) => fetchPointsBalance(call, question, context),
    fetchLedgerPage: readLedgerPage,
    fetchCustomerId: (lookup, context) => fetchCustomerId(call, lookup, context),
    fetchCustomerIdentifiers: (id, context) => fetchCustomerIdentifiers(call, id, context),
    close,
  };
}
