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
import { createOwners, type Owners } from './owners.ts';
import { createReadLoader, type ReadLoader } from './readLoader.ts';
import { createSightings, type Sightings } from './sightings.ts';

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
  return new OperationLoaders(platform, context);
}

/** What most operations ask for none of is made when it is asked for. */
class OperationLoaders implements Loaders {
  readonly #platform: Platform;
  readonly #context: ReadContext;
  #readPointsBalance: ReadLoader<PointsBalanceQuestion, PointsBalance> | undefined;
  #readLedgerPage: ReadLoader<LedgerPageQuestion, LedgerPage> | undefined;
  #customerIds: EachLoader<CustomerId> | undefined;
  #owningIds: EachLoader<CustomerId> | undefined;
  #externalIds: EachLoader<Personal<'external id'> | null> | undefined;
  #owners: Owners | undefined;
  #seenIds: Sightings<CustomerId> | undefined;
  #seenExternalIds: Sightings<SeenExternalId> | undefined;
  #morePages = 0;

  constructor(platform: Platform, context: ReadContext) {
    this.#platform = platform;
    this.#context = context;
  }

  pointsBalance(question: PointsBalanceQuestion, maxAgeMs: number | undefined): Promise<Reading<PointsBalance>> {
    const { customer, entityType } = question;
    this.#readPointsBalance ??= createReadLoader({
      name: 'pointsBalance',
      keyOf: keyOfPointsBalance,
      read: (asked, wantedMs) => this.#platform.readPointsBalance(asked, wantedMs, this.#context),
      freshMs: this.#platform.freshMs,
    });
    const read = this.#readPointsBalance(question, maxAgeMs);
    // An answer to an id was held to it where it was read; a group's figures may name the group.
    if (customer.by === 'id' || entityType !== 'CUSTOMER') return read;
    const balance = read.then((reading) => {
      this.#assertSame(customer, reading.answer.entityId);
      return reading;
    });
    this.#seenIds ??= createSightings();
    this.#seenIds.add(customer, async () => (await balance).answer.entityId);
    return balance;
  }

  ledgerBalance(
    { customer, filter }: LedgerBalanceQuestion,
    { first, after }: LedgerRange,
    maxAgeMs: number | undefined,
  ): Promise<LedgerSlice> {
    let taken = 0;
    return walkLedger({
      loadPage: (page) => this.#loadPage({ customer, filter, page }, maxAgeMs),
      first,
      after,
      plannedPages: Math.ceil(first / this.#platform.ledgerPageSize),
      takeMore: (count) => {
        const more = this.#takeMorePages(Math.min(count, MAX_MORE_PAGES - taken));
        taken += more;
        return more;
      },
    });
  }

  customerId(customer: CustomerRef): Promise<CustomerId> {
    // What a sibling field reads anyway is waited for: loaders dispatch after all fields of a level have asked.
    this.#customerIds ??= createEachLoader('customerId', async (asked) => {
      if (asked.by === 'id') return asked.id;
      const seen = await this.#seenIds?.find(asked);
      return seen ?? (await this.#platform.readCustomerId(asked.lookup, undefined, this.#context)).answer.id;
    });
    return this.#customerIds(customer);
  }

  ownerOf(lookup: CustomerLookup): Promise<CustomerId> {
    this.#owningIds ??= createEachLoader('ownerId', async (asked) =>
      asked.by === 'id' ? asked.id : (await this.#platform.findCustomerId(asked.lookup, this.#context)).id,
    );
    return this.#owningIds({ by: 'lookup', lookup });
  }

  externalId(customer: CustomerRef): Promise<Personal<'external id'> | null> {
    this.#externalIds ??= createEachLoader('externalId', async (asked) => {
      const seen = await this.#seenExternalIds?.find(asked);
      if (seen !== undefined && seen !== null) return seen.externalId;
      const { answer } = await this.#loadPage({ customer: asked, filter: WHOLE_LEDGER, page: 0 }, undefined);
      if (answer.owner !== null) return answer.owner.externalId;
      // An empty ledger names nobody.
      const id = await this.customerId(asked);
      return (await this.#platform.readIdentifiers(id, undefined, this.#context)).answer.externalId;
    });
    return this.#externalIds(customer);
  }

  restart(): void {
    this.#morePages = 0; // The same pages will be taken again.
  }

  #loadPage(question: LedgerPageQuestion, maxAgeMs: number | undefined): Promise<Reading<LedgerPage>> {
    const { customer } = question;
    this.#readLedgerPage ??= createReadLoader({
      name: 'ledgerPage',
      keyOf: keyOfLedgerPage,
      read: (asked, wantedMs) => this.#platform.readLedgerPage(asked, wantedMs, this.#context),
      freshMs: this.#platform.freshMs,
    });
    const read = this.#readLedgerPage(question, maxAgeMs);
    const page = customer.by === 'id' ? read : read.then((reading) => this.#heldToOwner(customer, reading));
    const owner = async () => (await page).answer.owner;
    if (customer.by === 'lookup') {
      this.#seenIds ??= createSightings();
      this.#seenIds.add(customer, async () => (await owner())?.id ?? null);
    }
    this.#seenExternalIds ??= createSightings();
    this.#seenExternalIds.add(customer, owner);
    return page;
  }

  #heldToOwner(customer: CustomerRef, reading: Reading<LedgerPage>): Reading<LedgerPage> {
    const { owner } = reading.answer;
    if (owner !== null) this.#assertSame(customer, owner.id);
    return reading;
  }

  #assertSame(customer: CustomerRef, answered: CustomerId): void {
    this.#owners ??= createOwners();
    this.#owners.assertSame(customer, answered);
  }

  /** Pages beyond the price, as long as the operation stays within its bound. */
  #takeMorePages(count: number): number {
    const { allowedCalls, plannedCalls } = this.#context.meter;
    const more = Math.max(0, Math.min(count, allowedCalls - plannedCalls - this.#morePages));
    this.#morePages += more;
    return more;
  }
}

type EachLoader<Value> = (customer: CustomerRef) => Promise<Value>;

/** One thing about each customer; the batch runs when all fields of a level have asked. */
function createEachLoader<Value>(name: string, loadOne: (customer: CustomerRef) => Promise<Value>): EachLoader<Value> {
  const loader = new DataLoader<CustomerRef, Value, string>(
    (customers) => Promise.all(customers.map((each) => loadOne(each).catch(asError))),
    { name, cacheKeyFn: keyOfCustomerRef },
  );
  return (customer) => loader.load(customer);
}
