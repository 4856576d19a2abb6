import { LRUCache } from 'lru-cache';
import type { Clock } from '../../domain/clock.ts';
import type { CustomerId, CustomerLookup } from '../../domain/customer.ts';
import type { LedgerPage, LedgerPageQuestion } from '../../domain/ledger.ts';
import type { ReadContext } from '../../domain/operation.ts';
import type { PlatformCall } from '../client/call.ts';
import type { CachedRead } from '../cache/cache.ts';
import type { CustomerIdentifiers } from './customer.ts';
import { fetchLedgerPage } from './ledgerBalance.ts';
import { isAbout } from './owner.ts';
import { PlatformProblem } from '../answer/problem.ts';

/** Reads a page of the ledger, whichever way the platform lets it be asked for. */
export type LedgerReader = (question: LedgerPageQuestion, context: ReadContext) => Promise<LedgerPage>;

/** The platform does not take `identifierName=id`: identifier type not valid, or not valid here. */
const ID_REFUSED: ReadonlySet<number> = new Set([8013, 11013]);
/** A setting of the platform's side: asked again now and then, for it may be mended. */
const REMEMBER_REFUSAL_MS = 60 * 60 * 1000;
const MAX_REMEMBERED_CUSTOMERS = 10_000;

/**
 * Reads the ledger of a customer known by id. Whether the platform takes `identifierName=id` for closing balances is
 * not documented: where it refuses, the profile is read once for the best identifier it names, and that one is asked
 * by. The refusal, and the identifier of each customer, are remembered in memory for later operations.
 */
export function createLedgerReader(options: {
  readonly call: PlatformCall;
  readonly readIdentifiers: CachedRead<CustomerId, CustomerIdentifiers>;
  readonly clock: Clock;
  readonly pageSize: number;
}): LedgerReader {
  const { call, readIdentifiers, clock } = options;
  const lookups = new LRUCache<string, CustomerLookup>({ max: MAX_REMEMBERED_CUSTOMERS });
  let idRefusedUntilMs = -Infinity;

  async function readByProfile(id: CustomerId, question: LedgerPageQuestion, context: ReadContext) {
    const remembered = lookups.get(id.reveal());
    if (remembered !== undefined) {
      try {
        return await readBy(remembered, id, question, context);
      } catch (error) {
        // The identifier was given up, or is another customer's by now: the profile knows the present one.
        if (!(error instanceof PlatformProblem) || !HAS_MOVED.has(error.code)) throw error;
        lookups.delete(id.reveal());
      }
    }
    // Asked anew where the remembered one did not hold, else as the cache has it.
    const { answer } = await readIdentifiers(id, remembered === undefined ? undefined : 0, context);
    const { lookup } = answer;
    if (lookup === null) throw new PlatformProblem('PLATFORM_BAD_RESPONSE', 'final', NO_IDENTIFIER);
    const page = await readBy(lookup, id, question, context);
    lookups.set(id.reveal(), lookup);
    return page;
  }

  async function readBy(lookup: CustomerLookup, id: CustomerId, question: LedgerPageQuestion, context: ReadContext) {
    const page = await fetchLedgerPage(call, { ...question, customer: { by: 'lookup', lookup } }, options, context);
    if (page.owner === null || isAbout(id, page.owner.id, page.warnings)) return page;
    throw new PlatformProblem('PLATFORM_BAD_RESPONSE', 'final', ANOTHER_CUSTOMER);
  }

  return (question, context) => {
    const { customer } = question;
    if (customer.by === 'lookup') return fetchLedgerPage(call, question, options, context);
    if (clock.monotonicMs() < idRefusedUntilMs) return readByProfile(customer.id, question, context);
    return fetchLedgerPage(call, question, options, context).catch((error: unknown) => {
      const isRefused = error instanceof PlatformProblem && ID_REFUSED.has(error.facts.platformCode ?? 0);
      if (!isRefused) throw error;
      idRefusedUntilMs = clock.monotonicMs() + REMEMBER_REFUSAL_MS;
      return readByProfile(customer.id, question, context);
    });
  };
}

const HAS_MOVED: ReadonlySet<string> = new Set(['CUSTOMER_NOT_FOUND', 'PLATFORM_BAD_RESPONSE']);
const NO_IDENTIFIER = { endpoint: 'customer', detail: 'the ledger refuses ids, and the profile names no identifier' };
const ANOTHER_CUSTOMER = { endpoint: 'ledgerBalance', detail: "the profile's identifier led to another customer" };
