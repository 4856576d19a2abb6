/**
 * The codes the sandbox answers with, and their words. The words are the platform's where a page shows them; the real
 * ones carry the caller's values in places, so no client should match on them.
 *
 * @see https://docs.capillarytech.com/reference/get-points-balance
 * @see https://docs.capillarytech.com/reference/get-customer-ledger-balance
 * @see https://docs.capillarytech.com/reference/points-ledger
 */
export const REFUSALS = {
  400: 'Invalid input',
  404: 'Resource not found',
  405: 'Method not supported',
  429: 'Request limit exceeded',
  500: 'Requests failed',
  1212: 'Entity type passed is not valid',
  1213: 'Program id passed is not valid',
  1632: 'group id/externalId/primary userId passed is not valid',
  8001: 'Source is not passed',
  8002: 'Identifier is not passed',
  8003: 'Source passed is not valid',
  8012: 'Invalid source or source account',
  8013: 'Identifier type is not valid',
  8015: 'Customer not found for the given identifiers',
  8016: 'Customer get: source is not passed',
  8065: 'Customer is not available in the given source',
  8069: 'Merged customer: details of the survivor are shown',
  8091: 'Customer get: account id is not passed',
  8127: 'Invalid source or accountId',
  9005: 'Invalid alternate currency name',
  11003: 'No ledger entries found for the given parameters',
  11004: 'Invalid till id',
  11006: 'Limit cannot be greater than 10',
  11007: 'Invalid ledgerEntryType',
  11008: 'Invalid pointCategoryType',
  11011: 'Invalid date format, expected YYYY-MM-DDThh:mm:ss',
  11012: 'Invalid userId',
  11013: 'identifierName, identifierValue and source must not be empty',
  11025: 'Till id format exception',
} as const;

/** A code the sandbox knows a meaning for. */
export type RefusalCode = keyof typeof REFUSALS;
