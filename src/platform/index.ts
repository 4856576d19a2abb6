import { keyOfCustomerRef, type CustomerId, type CustomerLookup } from '../domain/customer.ts';
import { keyOfLedgerPage, type LedgerPage, type LedgerPageQuestion } from '../domain/ledger.ts';
import type { ReadContext } from '../domain/operation.ts';
import { keyOfPointsBalance, type PointsBalance, type PointsBalanceQuestion } from '../domain/points.ts';
import { createMemoryStore } from '../store/memory.ts';
import { createCachedRead, type CachedRead, type CacheEntry, type CacheRules } from './cache.ts';
import { createPlatformClient, type PlatformClient, type PlatformClientOptions } from './client.ts';
import {
  fetchCustomerId,
  fetchCustomerIdentifiers,
  type CustomerIdentifiers,
  type FoundCustomer,
} from './endpoints/customer.ts';
import { fetchPointsBalance } from './endpoints/pointsBalance.ts';
import { Flights } from './flights.ts';
import { createLedgerReader } from './ledgerReader.ts';

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
  /** Closes idle connections. */
  readonly close: () => void;
}

export interface PlatformOptions extends PlatformClientOptions {
  /** The ledger's `limit`: 1 to 100. */
  readonly ledgerPageSize: number;
  readonly cache: CacheRules;
}

/** Everything the gateway asks the platform, through one cache and over one client. */
export function createPlatform(options: PlatformOptions): Platform {
  const { clock, cache: rules, ledgerPageSize: pageSize } = options;
  const client = createPlatformClient(options);
  const { call } = client;
  const readIdentifiers = cached<CustomerId, CustomerIdentifiers>({
    keyOf: (id) => id.reveal(),
    fetch: (id, context) => fetchCustomerIdentifiers(call, id, context),
    bytesOf: () => 600,
  });

  function cached<Question, Answer extends { readonly readAt: Date }>({
    bytesOf,
    ...read
  }: CachedOptions<Question, Answer>) {
    const store = createMemoryStore<CacheEntry<Answer>>({
      ...MEMORY,
      bytesOf: (entry) => (entry.kind === 'answer' ? bytesOf(entry.answer) : 100),
      clock,
    });
    return createCachedRead<Question, Answer>({ ...read, store, flights: new Flights(clock), rules, clock });
  }

  return {
    readPointsBalance: cached({
      keyOf: keyOfPointsBalance,
      fetch: (question, context) => fetchPointsBalance(call, question, context),
      bytesOf: ({ warnings }) => 800 + 150 * warnings.length,
    }),
    readLedgerPage: cached({
      keyOf: keyOfLedgerPage,
      fetch: createLedgerReader({ call, readIdentifiers, clock, pageSize }),
      bytesOf: ({ rows, warnings }) => 500 + 500 * rows.length + 150 * warnings.length,
    }),
    readCustomerId: cached({
      keyOf: (lookup) => keyOfCustomerRef({ by: 'lookup', lookup }),
      fetch: (lookup, context) => fetchCustomerId(call, lookup, context),
      bytesOf: () => 300,
    }),
    findCustomerId: (lookup, context) => fetchCustomerId(call, lookup, context),
    readIdentifiers,
    freshMs: rules.freshMs,
    ledgerPageSize: pageSize,
    client,
    close: client.close,
  };
}

interface CachedOptions<Question, Answer> {
  readonly keyOf: (question: Question) => string;
  readonly fetch: (question: Question, context: ReadContext) => Promise<Answer>;
  /** About what an answer takes in memory. */
  readonly bytesOf: (answer: Answer) => number;
}

/** Bounds of the cache for each of the four kinds of reads. */
const MEMORY = { maxEntries: 50_000, maxBytes: 24 * 1024 * 1024 };
