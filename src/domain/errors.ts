/**
 * Every error this gateway's own code shows a caller, with what the caller reads and whether the same request may
 * succeed later. Codes are public API: add, never rename.
 */
export const ERRORS = {
  CUSTOMER_NOT_FOUND: { publicMessage: 'The loyalty service knows no such customer.', retryable: false },
  INVALID_ENTITY_TYPE: { publicMessage: 'The loyalty service refuses this entity type.', retryable: false },
  INVALID_GROUP: { publicMessage: 'The customer belongs to no such group.', retryable: false },
  INVALID_PROGRAM: { publicMessage: 'The loyalty service knows no such program.', retryable: false },
  INVALID_FILTER: { publicMessage: 'The loyalty service refuses this ledger filter.', retryable: false },
  INVALID_LOOKUP: {
    publicMessage: 'The loyalty service cannot look a customer up by this identifier, source and account.',
    retryable: false,
  },
  BAD_USER_INPUT: { publicMessage: 'An argument is not valid.', retryable: false },
  UNAUTHENTICATED: { publicMessage: 'A valid token is needed.', retryable: false },
  AUTH_UNAVAILABLE: { publicMessage: 'Tokens cannot be checked at the moment.', retryable: true },
  FORBIDDEN: { publicMessage: 'This customer is not yours to read.', retryable: false },
  OPERATION_NOT_LISTED: { publicMessage: 'Only listed operations run here.', retryable: false },
  OPERATION_TOO_EXPENSIVE: { publicMessage: 'The operation asks for more than is allowed.', retryable: false },
  PLATFORM_QUOTA_SPENT: { publicMessage: 'The loyalty service takes no more calls for now.', retryable: true },
  PLATFORM_TIMEOUT: { publicMessage: 'The loyalty service did not answer in time.', retryable: true },
  PLATFORM_UNAVAILABLE: { publicMessage: 'The loyalty service is not available.', retryable: true },
  PLATFORM_DENIED: { publicMessage: 'The loyalty service does not let this gateway in.', retryable: false },
  PLATFORM_BAD_RESPONSE: { publicMessage: 'The loyalty service gave an unusable answer.', retryable: false },
} as const satisfies Record<string, { publicMessage: string; retryable: boolean }>;

/** A stable code of {@link ERRORS}, as callers find it in `extensions.code`. */
export type ErrorCode = keyof typeof ERRORS;

/** What else is known about a failure. */
export interface ErrorFacts {
  /** Instead of the code's own message, to the caller: which argument, which limit. Never holds a value. */
  readonly publicMessage?: string;
  /** When asking again makes sense, in milliseconds from now, where known. */
  readonly retryAfterMs?: number;
  /** The platform's own code (8015, ...), where it gave one. */
  readonly platformCode?: number;
  /** The platform's id of the failed request, to quote to its support. */
  readonly requestId?: string;
  /** For the log only: which REST call failed, by its name. */
  readonly endpoint?: string;
  /** For the log only: how it failed, in our words; no text or value of the platform or the caller. */
  readonly detail?: string;
}

/** A failure this gateway understands. Any other error is masked as `INTERNAL_SERVER_ERROR` and logged. */
export class GatewayError extends Error {
  override readonly name: string = 'GatewayError';
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, facts: ErrorFacts = {}) {
    super(facts.publicMessage ?? ERRORS[code].publicMessage);
    this.code = code;
    this.facts = facts;
  }

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }
}

/** An argument that is refused before any call, with a message that names it and the rule, never its value. */
export function badUserInput(publicMessage: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', { publicMessage });
}

/** Any thrown thing as an Error, for places that must hand one on. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('Something that is no Error was thrown.');
}
