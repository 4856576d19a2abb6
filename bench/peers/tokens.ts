/** Of one call to the platform. */
export const TIMEOUT_MS = 3000;
/** Of a token's life; then the next request fetches another. */
const RENEW_AFTER = 0.8;

interface TokenAnswer {
  readonly data: { readonly accessToken: string; readonly ttlSeconds: number };
}

/** One token for all requests. */
export function createTokens(platformUrl: string): () => Promise<string> {
  let token: Promise<string> | undefined;
  let untilMs = 0;

  async function fetchToken(): Promise<string> {
    const response = await fetch(`${platformUrl}/v3/oauth/token/generate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: 'bench', secret: 'secret-of-the-bench' }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`No token: HTTP ${response.status}`);
    const { data } = (await response.json()) as TokenAnswer;
    untilMs = Date.now() + data.ttlSeconds * 1000 * RENEW_AFTER;
    return data.accessToken;
  }

  return () => {
    if (token === undefined || Date.now() >= untilMs) {
      untilMs = Infinity; // Until it is there: others wait for the same one.
      token = fetchToken();
      token.catch(() => (token = undefined));
    }
    return token;
  };
}
