import type { CustomerId, CustomerRef } from '../domain/customer.ts';
import { keyOfCustomerRef } from '../domain/customer.ts';
import {
  keyOfLedgerPage,
  WHOLE_LEDGER,
  type LedgerBalanceQuestion,
  type LedgerPageQuestion,
} from '../domain/ledger.ts';
import type { LedgerPosition, LedgerSlice } from '../domain/ledgerSlice.ts';
import type { ReadContext } from '../domain/operation.ts';
import type { Personal } from '../domain/personal.ts';
import { keyOfPointsBalance, type PointsBalance, type PointsBalanceQuestion } from '../domain/points.ts';
import type { Platform } from '../platform/index.ts';
import { createFanOutLoader } from './fanOut.ts';
import { walkLedger } from './ledgerWalk.ts';
import { createSightings } from './sightings.ts';

/** Which rows of a ledger balance. */
export interface LedgerRange {
  readonly first: number;
  readonly after: LedgerPosition | null;
}

/**
 * Every read of one operation. Whatever the aliases, fragments and lists it is asked through, each distinct question
 * goes to the platform once.
 */
export interface Loaders {
  pointsBalance(question: PointsBalanceQuestion): Promise<PointsBalance>;
  ledgerBalance(question: LedgerBalanceQuestion, range: LedgerRange): Promise<LedgerSlice>;
  /** The customer's id: known, seen in another read of this operation, or looked up. */
  customerId(customer: CustomerRef): Promise<CustomerId>;
  /** The brand's own reference; null when the customer has none. Seen in a ledger read, or read for itself. */
  externalId(customer: CustomerRef): Promise<Personal<'external id'> | null>;
}

/** A sighting that may say "known to be absent", which null alone could not. */
interface SeenExternalId {
  readonly externalId: Personal<'external id'> | null;
}

/** More platform pages than the largest `first` needs at ten rows a page are not read for one field. */
const MAX_LEDGER_PAGES = 10;

/** A set of loaders: one per operation, never shared. */
export function createLoaders(platform: Platform, context: ReadContext): Loaders {
  const seenIds = createSightings<CustomerId>();
  const seenExternalIds = createSightings<SeenExternalId>();

  const pointsBalances = createFanOutLoader({
    name: 'pointsBalance',
    keyOf: keyOfPointsBalance,
    fetchOne: (question: PointsBalanceQuestion) => platform.fetchPointsBalance(question, context),
  });
  const ledgerPages = createFanOutLoader({
    name: 'ledgerPage',
    keyOf: keyOfLedgerPage,
    fetchOne: (question: LedgerPageQuestion) => platform.fetchLedgerPage(question, context),
  });
  // What a sibling field reads anyway is waited for: loaders dispatch after all fields of a level have asked.
  const customerIds = createFanOutLoader({
    name: 'customerId',
    keyOf: keyOfCustomerRef,
    fetchOne: async (customer: CustomerRef) => {
      if (customer.by === 'id') return customer.id;
      return (await seenIds.find(customer)) ?? platform.fetchCustomerId(customer.lookup, context);
    },
  });
  const externalIds = createFanOutLoader({
    name: 'externalId',
    keyOf: keyOfCustomerRef,
    fetchOne: async (customer: CustomerRef) => {
      const seen = await seenExternalIds.find(customer);
      if (seen !== null) return seen.externalId;
      const { owner } = await loadPage({ customer, filter: WHOLE_LEDGER, page: 0 });
      if (owner !== null) return owner.externalId;
      // An empty ledger names nobody.
      return (await platform.fetchCustomerIdentifiers(await customerIds.load(customer), context)).externalId;
    },
  });

  function loadPage(question: LedgerPageQuestion) {
    const page = ledgerPages.load(question);
    const owner = page.then((each) => each.owner);
    seenIds.add(
      question.customer,
      owner.then((each) => each?.id ?? null),
    );
    seenExternalIds.add(question.customer, owner);
    return page;
  }

  return {
    pointsBalance(question) {
      const balance = pointsBalances.load(question);
      // A group's figures may name the group.
      if (question.entityType === 'CUSTOMER') {
        seenIds.add(
          question.customer,
          balance.then(({ entityId }) => entityId),
        );
      }
      return balance;
    },
    ledgerBalance(question, range) {
      const loadPageOfBalance = (page: number) => loadPage({ ...question, page });
      return walkLedger({ loadPage: loadPageOfBalance, ...range, maxPages: MAX_LEDGER_PAGES });
    },
    customerId: (customer) => customerIds.load(customer),
    externalId: (customer) => externalIds.load(customer),
  };
}
