import DataLoader from 'dataloader';
import { asError } from '../domain/errors.ts';
import { keyOfCustomerRef, type CustomerId, type CustomerLookup, type CustomerRef } from '../domain/customer.ts';
import {
  keyOfLedgerPage,
  WHOLE_LEDGER,
  type LedgerPage,
  type LedgerBalanceQuestion,
  type LedgerPageQuestion,
} from '../domain/ledger.ts';
import type { LedgerPosition, LedgerSlice } from '../domain/ledgerSlice.ts';
import type { ReadContext } from '../domain/operation.ts';
import type { Personal } from '../domain/personal.ts';
import { keyOfPointsBalance, type PointsBalance, type PointsBalanceQuestion } from '../domain/points.ts';
import type { Reading } from '../domain/reading.ts';
import type { Platform } from '../platform/index.ts';
import { walkLedger } from './ledgerWalk.ts';
import { createOwners } from './owners.ts';
import { createReadLoader } from './readLoader.ts';
import { createSightings } from './sightings.ts';

/** Which rows of a ledger balance. */
export interface LedgerRange {
  readonly first: number;
  readonly after: LedgerPosition | null;
}

/**
 * Every read of one operation. Whatever the aliases, fragments and lists it is asked through, each distinct question
 * goes to the platform once. `maxAgeMs` undefined leaves freshness to the configuration.
 */
export interface Loaders {
  pointsBalance(question: PointsBalanceQuestion, maxAgeMs: number | undefined): Promise<Reading<PointsBalance>>;
  ledgerBalance(
    question: LedgerBalanceQuestion,
    range: LedgerRange,
    maxAgeMs: number | undefined,
  ): Promise<LedgerSlice>;
  /** The customer's id: known, seen in another read of this operation, or looked up. */
  customerId(customer: CustomerRef): Promise<CustomerId>;
  /**
   * Whose identifiers they are, asked of the platform in any case: what the cache knows from other callers does not show,
   * neither in what is answered nor in what it cost.
   */
  ownerOf(lookup: CustomerLookup): Promise<CustomerId>;
  /** The brand's own reference; null when the customer has none. Seen in a ledger read, or read for itself. */
  externalId(customer: CustomerRef): Promise<Personal<'external id'> | null>;
  /** Makes ready for the operation to be run once more: what was read or has failed stays so, and is not asked again. */
  restart(): void;
}

/** A sighting that may say "known to be absent", which null alone could not. */
interface SeenExternalId {
  readonly externalId: Personal<'external id'> | null;
}

export interface LoadersOptions {
  readonly platform: Platform;
  /** Of the calls that its meter allows, what it was not priced with may go to ledgers of sparse pages. */
  readonly context: ReadContext;
}

/** More pages than the largest `first` needs at ten rows a page are not read for one field. */
const MAX_MORE_PAGES = 10;

/** A set of loaders: one per operation, never shared. */
export function createLoaders({ platform, context }: LoadersOptions): Loaders {
  const { freshMs, ledgerPageSize } = platform;
  const owners = createOwners();
  let morePages = 0;
  const seenIds = createSightings<CustomerId>();
  const seenExternalIds = createSightings<SeenExternalId>();

  const readPointsBalance = createReadLoader({
    name: 'pointsBalance',
    keyOf: keyOfPointsBalance,
    read: (question: PointsBalanceQuestion, maxAgeMs) => platform.readPointsBalance(question, maxAgeMs, context),
    freshMs,
  });
  const readLedgerPage = createReadLoader({
    name: 'ledgerPage',
    keyOf: keyOfLedgerPage,
    read: (question: LedgerPageQuestion, maxAgeMs) => platform.readLedgerPage(question, maxAgeMs, context),
    freshMs,
  });
  // What a sibling field reads anyway is waited for: loaders dispatch after all fields of a level have asked.
  const customerIds = createEachLoader('customerId', async (customer) => {
    if (customer.by === 'id') return customer.id;
    const seen = await seenIds.find(customer);
    return seen ?? (await platform.readCustomerId(customer.lookup, undefined, context)).answer.id;
  });
  const owningIds = createEachLoader('ownerId', async (customer) =>
    customer.by === 'id' ? customer.id : (await platform.findCustomerId(customer.lookup, context)).id,
  );
  const externalIds = createEachLoader('externalId', async (customer) => {
    const seen = await seenExternalIds.find(customer);
    if (seen !== null) return seen.externalId;
    const { answer } = await loadPage({ customer, filter: WHOLE_LEDGER, page: 0 }, undefined);
    if (answer.owner !== null) return answer.owner.externalId;
    // An empty ledger names nobody.
    const id = await customerIds(customer);
    return (await platform.readIdentifiers(id, undefined, context)).answer.externalId;
  });

  function loadPage(question: LedgerPageQuestion, maxAgeMs: number | undefined) {
    const { customer } = question;
    const read = readLedgerPage(question, maxAgeMs);
    const page = customer.by === 'id' ? read : read.then((reading) => heldToOwner(customer, reading));
    const owner = async () => (await page).answer.owner;
    if (customer.by === 'lookup') seenIds.add(customer, async () => (await owner())?.id ?? null);
    seenExternalIds.add(customer, owner);
    return page;
  }

  function heldToOwner(customer: CustomerRef, reading: Reading<LedgerPage>): Reading<LedgerPage> {
    const { owner } = reading.answer;
    if (owner !== null) owners.assertSame(customer, owner.id);
    return reading;
  }

  /** Pages beyond the price, as long as the operation stays within its bound and the field within reason. */
  function takeMorePages(): (count: number) => number {
    let ofField = 0;
    return (count) => {
      const { allowedCalls, plannedCalls } = context.meter;
      const left = Math.min(allowedCalls - plannedCalls - morePages, MAX_MORE_PAGES - ofField);
      const taken = Math.max(0, Math.min(count, left));
      morePages += taken;
      ofField += taken;
      return taken;
    };
  }

  return {
    pointsBalance(question, maxAgeMs) {
      const { customer, entityType } = question;
      const read = readPointsBalance(question, maxAgeMs);
      // An answer to an id was held to it where it was read; a group's figures may name the group.
      if (customer.by === 'id' || entityType !== 'CUSTOMER') return read;
      const balance = read.then((reading) => {
        owners.assertSame(customer, reading.answer.entityId);
        return reading;
      });
      seenIds.add(customer, async () => (await balance).answer.entityId);
      return balance;
    },
    ledgerBalance(question, range, maxAgeMs) {
      const loadPageOfBalance = (page: number) => loadPage({ ...question, page }, maxAgeMs);
      const plannedPages = Math.ceil(range.first / ledgerPageSize);
      return walkLedger({ loadPage: loadPageOfBalance, ...range, plannedPages, takeMore: takeMorePages() });
    },
    customerId: customerIds,
    ownerOf: (lookup) => owningIds({ by: 'lookup', lookup }),
    externalId: externalIds,
    restart() {
      morePages = 0; // The same pages will be taken again.
    },
  };
}

/** One thing about each customer; the batch runs when all fields of a level have asked. Made when somebody asks. */
function createEachLoader<Value>(name: string, loadOne: (customer: CustomerRef) => Promise<Value>) {
  let loader: DataLoader<CustomerRef, Value, string> | undefined;
  return (customer: CustomerRef): Promise<Value> => {
    loader ??= new DataLoader((customers) => Promise.all(customers.map((each) => loadOne(each).catch(asError))), {
      name,
      cacheKeyFn: keyOfCustomerRef,
    });
    return loader.load(customer);
  };
}
