import { jsonAnswer, type Answer } from '../answers.ts';
import { TOKEN_TTL_SECONDS, type Auth } from '../auth.ts';

/** The body of a token call, as it came. */
export interface TokenRequest {
  readonly key?: unknown;
  readonly secret?: unknown;
}

/**
 * `POST /v3/oauth/token/generate`: a new token for a right key and secret; 401 with 320001 for a wrong pair. The pages
 * show that body and not its HTTP status: 401 is this sandbox's choice.
 *
 * @see https://docs.capillarytech.com/reference/oauth
 */
export function generateToken(auth: Auth, { key, secret }: TokenRequest): Answer {
  const accessToken = auth.mint(key, secret);
  if (accessToken === null) {
    return jsonAnswer({ data: null, errors: [{ code: 320001, message: 'Invalid client key and secret' }] }, 401);
  }
  return jsonAnswer({ data: { accessToken, ttlSeconds: TOKEN_TTL_SECONDS }, errors: null });
}
