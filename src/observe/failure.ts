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
  return { code: 'INTERNAL_SERVER_ERROR', kind: error.name, at: framesOf(error).slice(0, 5) };
}

/** Where it was thrown: what stands behind the message, which may itself have lines that look like it. */
function framesOf({ stack = '', message }: Error): readonly string[] {
  const begin = stack.indexOf(message);
  const lines = begin < 0 ? [] : stack.slice(begin + message.length).split('\n');
  return lines.filter((line) => /^\s+at /.test(line)).map((line) => line.trim());
}
