import { printAmount, type Thousandths } from '../amounts.ts';
import { Refusal } from '../answers.ts';
import { figuresOf } from '../balances.ts';
import { findById, findByIdentifiers, type Found } from '../findCustomer.ts';
import { exactNumber } from '../json.ts';
import { entriesUntil } from '../ledger.ts';
import type { Org } from '../org.ts';
import { readFlag, readNaming, readWholeNumber, readWord } from '../parameters.ts';
import { IDENTIFIERS } from '../sources.ts';
import type { Call } from './call.ts';

/**
 * `GET /v2/customers/{userId}/points/balance`.
 *
 * @throws {Refusal} 8015, 1212, 1213, 1632
 * @see https://docs.capillarytech.com/reference/get-points-balance
 */
export function pointsBalanceById(call: Call, userId: string): unknown {
  return pointsBalance(call, findById(call.org, userId));
}

/**
 * `GET /v2/customers/lookup/points/balance`.
 *
 * @throws {Refusal} 8001, 8002, 8003, 8013, 8127, 8015, 8065, 1212, 1213, 1632
 * @see https://docs.capillarytech.com/reference/get-points-balance
 */
export function pointsBalanceByLookup(call: Call): unknown {
  const { org, query } = call;
  const naming = readNaming(query, { org, names: IDENTIFIERS, codes: { noSource: 8001, noIdentifier: 8002 } });
  return pointsBalance(call, findByIdentifiers(org, naming.identifiers, naming.place));
}

function pointsBalance({ org, query, nowMs, answerAbout }: Call, found: Found): unknown {
  const entityType = readWord(query, 'entityType', ['CUSTOMER', 'FLEET'], 1212) ?? 'CUSTOMER';
  const program = readProgram(query, org);
  const { customer, warnings } = answerAbout(found);
  const members = entityType === 'FLEET' ? org.fleetOf.get(customer.id) : [customer];
  if (members === undefined) throw new Refusal(1632);

  const figures = figuresOf(
    entriesUntil(
      members.flatMap(({ ledger }) => ledger),
      nowMs,
    ),
    program,
  );
  return {
    entityId: exactNumber(customer.id),
    entityType,
    totalPoints: numberOf(figures.total),
    mainPoints: numberOf(figures.main),
    promisedPoints: numberOf(figures.promised),
    promisedPointsBreakup: {
      delayedAccrualPoints: numberOf(figures.delayedAccrual),
      externalTriggerBasedPoints: numberOf(figures.externalTriggerBased),
    },
    warnings,
  };
}

/** `fetchDataForAllPrograms=true` wins: whatever `programId` then says is not looked at. */
function readProgram(query: URLSearchParams, { programNames, defaultProgramId }: Org): number | 'all' {
  if (readFlag(query, 'fetchDataForAllPrograms')) return 'all';
  const programId = readWholeNumber(query, 'programId', 1213) ?? defaultProgramId;
  if (!programNames.has(programId)) throw new Refusal(1213);
  return programId;
}

function numberOf(amount: Thousandths): unknown {
  return exactNumber(printAmount(amount));
}
