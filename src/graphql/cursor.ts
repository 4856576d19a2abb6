import { createHash } from 'node:crypto';
import { badUserInput } from '../domain/errors.ts';
import { keyOfLedgerBalance, type LedgerBalanceQuestion } from '../domain/ledger.ts';
import { PRINT_LENGTH, type LedgerPosition } from '../domain/ledgerSlice.ts';

/** A cursor taken apart: where it points, and what it was made for. */
export interface LedgerCursor {
  readonly position: LedgerPosition;
  /** Tells the customer, filter and page size apart; says nothing of them. */
  readonly fingerprint: string;
}

const VERSION = '1';
const FINGERPRINT_LENGTH = 8;
/** Some two thousand rows: far more than a customer's programs, categories and currencies make. */
const MAX_LENGTH = 16_384;
const FORM = /^1\.([A-Za-z0-9_-]{8})\.([0-9]{1,6})\.(-1|[0-9]{1,6})\.([A-Za-z0-9_-]*)$/;

/** What a cursor must have been made for to be taken: the same customer, filter and platform page size. */
export function fingerprintOf(question: LedgerBalanceQuestion, pageSize: number): string {
  const key = `${pageSize} ${keyOfLedgerBalance(question)}`;
  return createHash('sha256').update(key).digest('base64url').slice(0, FINGERPRINT_LENGTH);
}

/** The cursor of a row: opaque to callers, with a version, so that its form may change. */
export function encodeCursor({ position, fingerprint }: LedgerCursor): string {
  const { page, row, shown } = position;
  return Buffer.from([VERSION, fingerprint, page, row, shown.join('')].join('.')).toString('base64url');
}

/** The cursor that `text` spells. @throws {GatewayError} `BAD_USER_INPUT` when it is none of ours */
export function decodeCursor(text: string): LedgerCursor {
  const match = text.length > MAX_LENGTH ? null : FORM.exec(Buffer.from(text, 'base64url').toString('latin1'));
  if (match === null) throw badUserInput('after must be a cursor that this graph gave.');
  const [, fingerprint = '', page = '', row = '', prints = ''] = match;
  const shown = prints.match(new RegExp(`.{${PRINT_LENGTH}}`, 'g')) ?? [];
  return { fingerprint, position: { page: Number(page), row: Number(row), shown } };
}

/**
 * The position of a cursor made for this very question.
 *
 * @throws {GatewayError} `BAD_USER_INPUT` for another customer's, filter's or page size's cursor
 */
export function positionIn({ fingerprint, position }: LedgerCursor, expectedFingerprint: string): LedgerPosition {
  if (fingerprint === expectedFingerprint) return position;
  throw badUserInput('after is a cursor of another customer or filter.');
}
