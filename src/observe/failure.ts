import { GatewayError } from '../domain/errors.ts';

/** What a log line says of an error: why it happened, without a word of the platform's or the caller's. */
export type LoggedFailure = Readonly<Record<string, unknown>>;

/**
 * An error for the log. Ours say all they know. Of an unknown one only its kind and where it was thrown are kept: its
 * message may quote anything.
 */
export function failureOf(error: unknown): LoggedFailure {
  if (error instanceof GatewayError) {
    const { endpoint, detail, platformCode, requestId, retryAfterMs } = error.facts;
    return { code: error.code, endpoint, detail, platformCode, requestId, retryAfterMs };
  }
  if (!(error instanceof Error)) return { code: 'INTERNAL_SERVER_ERROR', kind: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { code: 'INTERNAL_SERVER_ERROR', kind: error.name, at: frames.slice(0, 5).map((frame) => frame.trim()) };
}

/**
 * An operation's name as it may be logged: at most 64 characters, with runs of digits blotted out, for a caller may have
 * written a number into it. Null for none.
 */
export function loggedOperationName(name: string | null | undefined): string | null {
  return name === null || name === undefined ? null : name.slice(0, 64).replace(/[0-9]{4,}/g, '#');
}
