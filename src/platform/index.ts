import { keyOfCustomerRef, type CustomerId, type CustomerLookup } from '../domain/customer.ts';
import { keyOfLedgerPage, type LedgerPage, type LedgerPageQuestion } from '../domain/ledger.ts';
import type { ReadContext } from '../domain/operation.ts';
import { keyOfPointsBalance, type PointsBalance, type PointsBalanceQuestion } from '../domain/points.ts';
import type { MemoryRoom } from '../store/memory.ts';
import type { CachedRead, CacheRules } from './cache/cache.ts';
import { CUSTOMER_IDENTIFIERS, FOUND_CUSTOMER, LEDGER_PAGE, POINTS_BALANCE } from './cache/answerForms.ts';
import { createCaches } from './cache/caches.ts';
import { RefreshPace } from './cache/refreshPace.ts';
import { createPlatformClient, type PlatformClient, type PlatformClientOptions } from './client/client.ts';
import {
  fetchCustomerId,
  fetchCustomerIdentifiers,
  type CustomerIdentifiers,
  type FoundCustomer,
} from './endpoints/customer.ts';
import { fetchPointsBalance } from './endpoints/pointsBalance.ts';
import { createLedgerReader } from './endpoints/ledgerReader.ts';

/** The loyalty platform as the loaders see it: questions in, answers of the domain out, failures as GatewayError. */
export interface Platform {
  readonly readPointsBalance: CachedRead<PointsBalanceQuestion, PointsBalance>;
  readonly readLedgerPage: CachedRead<LedgerPageQuestion, LedgerPage>;
  readonly readCustomerId: CachedRead<CustomerLookup, FoundCustomer>;
  /** Whose identifiers they are, asked of the platform now: for callers who must not learn what others have asked. */
  readonly findCustomerId: (lookup: CustomerLookup, context: ReadContext) => Promise<FoundCustomer>;
  readonly readIdentifiers: CachedRead<CustomerId, CustomerIdentifiers>;
  /** What the configuration calls fresh. */
  readonly freshMs: number;
  /** The ledger's `limit`. */
  readonly ledgerPageSize: number;
  readonly client: PlatformClient;
  /** Answers kept in memory, by what was read. */
  readonly cacheSizes: () => Readonly<Record<string, number>>;
  /** Closes idle connections. */
  readonly close: () => void;
}

export interface PlatformOptions extends PlatformClientOptions {
  /** The ledger's `limit`: 1 to 100. */
  readonly ledgerPageSize: number;
  readonly cache: CacheRules;
  /** Where answers are kept in this process. */
  readonly memory: MemoryRoom;
  /** A refresh in the background is cut off after this long. */
  readonly refreshTimeoutMs: number;
}

/** Everything the gateway asks the platform, through one cache and over one client. */
export function createPlatform(options: PlatformOptions): Platform {
  const { clock, telemetry, cache: rules, ledgerPageSize: pageSize, shared, memory } = options;
  const client = createPlatformClient(options);
  const { call } = client;
  const caches = createCaches({
    rules,
    refresh: {
      hasSpare: () => client.gate.hasSpare,
      pace: new RefreshPace(clock),
      timeoutMs: options.refreshTimeoutMs,
    },
    shared,
    memory,
    clock,
    telemetry,
  });
  const readIdentifiers = caches.cached<CustomerId, CustomerIdentifiers>({
    name: 'identifiers',
    keyOf: (id) => id.reveal(),
    fetch: (id, context) => fetchCustomerIdentifiers(call, id, context),
    form: CUSTOMER_IDENTIFIERS,
  });

  return {
    readPointsBalance: caches.cached<PointsBalanceQuestion, PointsBalance>({
      name: 'pointsBalance',
      keyOf: keyOfPointsBalance,
      fetch: (question, context) => fetchPointsBalance(call, question, context),
      form: POINTS_BALANCE,
    }),
    readLedgerPage: caches.cached<LedgerPageQuestion, LedgerPage>({
      name: 'ledgerPage',
      // A page holds what its size makes it hold.
      keyOf: (question) => `${pageSize} ${keyOfLedgerPage(question)}`,
      fetch: createLedgerReader({ call, readIdentifiers, clock, pageSize }),
      form: LEDGER_PAGE,
    }),
    readCustomerId: caches.cached<CustomerLookup, FoundCustomer>({
      name: 'customerId',
      keyOf: (lookup) => keyOfCustomerRef({ by: 'lookup', lookup }),
      fetch: (lookup, context) => fetchCustomerId(call, lookup, context),
      form: FOUND_CUSTOMER,
    }),
    findCustomerId(lookup, context) {
      context.meter.reads += 1;
      return fetchCustomerId(call, lookup, context);
    },
    readIdentifiers,
    freshMs: rules.freshMs,
    ledgerPageSize: pageSize,
    client,
    cacheSizes: () => caches.sizes(),
    close: client.close,
  };
}
