import { jsonText } from './json.ts';
import { REFUSALS, type RefusalCode } from './codes.ts';

/** One item of `errors` or `warnings`, as the v2 API writes it: `status` is false in both. */
export interface Notice {
  readonly status: false;
  readonly code: number;
  readonly message: string;
}

/** What is sent back. The body is text already, so that nothing on the way out can change a digit. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A refusal by the platform's rules. An endpoint throws it; the server answers it in the envelope.
 *
 * @see https://docs.capillarytech.com/reference/points-ledger
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;

  constructor(code: RefusalCode) {
    super(REFUSALS[code]);
    this.code = code;
  }
}

/** The notice for a code of the table. */
export function noticeOf(code: RefusalCode): Notice {
  return { status: false, code, message: REFUSALS[code] };
}

/** A JSON answer; 200 unless another status is given. */
export function jsonAnswer(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, contentType: 'application/json;charset=UTF-8', body: jsonText(body), headers };
}

/** The v2 error envelope: `{ warnings: [], errors: [{ status: false, code, message }] }`. */
export function errorAnswer(
  { code, message }: { readonly code: number; readonly message: string },
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return jsonAnswer({ warnings: [], errors: [{ status: false, code, message }] }, status, headers);
}

/** A refusal in the envelope: with HTTP 200 for a business error, with its own status for a code that is one. */
export function refusalAnswer({ code, message }: Refusal, headers: Readonly<Record<string, string>> = {}): Answer {
  return errorAnswer({ code, message }, code >= 400 && code <= 599 ? code : 200, headers);
}
