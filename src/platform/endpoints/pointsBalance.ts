import * as z from 'zod';
import type { ReadContext } from '../../domain/operation.ts';
import type { EntityType, PointsBalance, PointsBalanceQuestion } from '../../domain/points.ts';
import type { PlatformAnswer } from '../answer/answer.ts';
import { badResponse } from '../answer/answer.ts';
import type { PlatformCall } from '../client/call.ts';
import { customerId, decimal, decode } from '../answer/decode.ts';
import { lookupParamsOf } from './lookupParams.ts';
import { assertAnswersFor } from './owner.ts';

/**
 * Reads one balance: `GET /v2/customers/{userId}/points/balance`, or `/v2/customers/lookup/points/balance` for a
 * customer named by identifiers.
 *
 * @throws {PlatformProblem} `CUSTOMER_NOT_FOUND` on 8015 and its kin; the client's own `PLATFORM_*`;
 *   `PLATFORM_BAD_RESPONSE` when the body has another shape, or is about another customer
 * @see https://docs.capillarytech.com/reference/get-points-balance
 */
export function fetchPointsBalance(
  call: PlatformCall,
  question: PointsBalanceQuestion,
  context: ReadContext,
): Promise<PointsBalance> {
  const { customer } = question;
  const who = customer.by === 'id' ? encodeURIComponent(customer.id.reveal()) : 'lookup';
  const request = {
    endpoint: 'pointsBalance',
    path: `v2/customers/${who}/points/balance`,
    searchParams: searchParamsOf(question),
  } as const;
  return call(request, context, (answer) => decodePointsBalance(answer, question));
}

/** Defaults are left out: `fetchDataForAllPrograms=false` and `entityType=CUSTOMER` are the documented ones. */
function searchParamsOf({ customer, program, entityType }: PointsBalanceQuestion): Record<string, string> {
  const params = customer.by === 'lookup' ? lookupParamsOf(customer.lookup) : {};
  if (program === 'all') params['fetchDataForAllPrograms'] = 'true';
  else if (program !== 'default') params['programId'] = program;
  if (entityType !== 'CUSTOMER') params['entityType'] = entityType;
  return params;
}

const body = z.object({
  entityId: customerId,
  entityType: z.enum(['CUSTOMER', 'FLEET']),
  totalPoints: decimal,
  mainPoints: decimal,
  promisedPoints: decimal,
  promisedPointsBreakup: z.object({ delayedAccrualPoints: decimal, externalTriggerBasedPoints: decimal }),
});

function decodePointsBalance(answer: PlatformAnswer, { customer, entityType }: PointsBalanceQuestion): PointsBalance {
  const balance = decode(body, answer);
  assertIsAbout(entityType, balance.entityType, answer);
  // Whether a group's figures carry the group's id or the customer's is not documented: either is taken.
  if (balance.entityType === 'CUSTOMER') assertAnswersFor(customer, balance.entityId, answer);
  // One by one: to spread what a library has made is slow.
  return {
    entityId: balance.entityId,
    entityType: balance.entityType,
    totalPoints: balance.totalPoints,
    mainPoints: balance.mainPoints,
    promisedPoints: balance.promisedPoints,
    promisedPointsBreakup: balance.promisedPointsBreakup,
    warnings: answer.warnings,
    readAt: answer.readAt,
  };
}

/** A group's figures for a customer's would be somebody else's points. The other way round is one page's own word. */
function assertIsAbout(asked: EntityType, answered: EntityType, { facts }: PlatformAnswer): void {
  // "The type of entity queried (always CUSTOMER for this endpoint)" stands beside a FLEET parameter.
  if (asked === 'CUSTOMER' && answered === 'FLEET') throw badResponse('answer about a group', facts);
}
