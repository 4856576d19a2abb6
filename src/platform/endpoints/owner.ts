import type { CustomerId, CustomerRef } from '../../domain/customer.ts';
import { MERGE_CODES, type Warning } from '../../domain/warning.ts';
import { badResponse, type PlatformAnswer } from '../answer/answer.ts';

/**
 * Whether an answer about `answered` serves a question about `asked`: **the id in the answer is the id that was asked
 * for**, or the platform says with 8069/91009 that the customer was merged into this one.
 */
export function isAbout(asked: CustomerId, answered: CustomerId, warnings: readonly Warning[]): boolean {
  return asked.equals(answered) || warnings.some(({ code }) => MERGE_CODES.has(code));
}

/**
 * Holds an answer to the customer it was asked about; a lookup names no id, so any may answer.
 *
 * @throws {PlatformProblem} `PLATFORM_BAD_RESPONSE` when the answer is about somebody else
 */
export function assertAnswersFor(asked: CustomerRef, answered: CustomerId, { warnings, facts }: PlatformAnswer): void {
  if (asked.by === 'id' && !isAbout(asked.id, answered, warnings)) {
    throw badResponse('answer about another customer', facts);
  }
}
