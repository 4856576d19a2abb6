import { fetchKeys } from '../auth/fetchKeys.ts';
import { createKeySet } from '../auth/keySet.ts';
import { createJwtAuthenticate, createOpenAuthenticate, type Authenticate } from '../auth/verify.ts';
import type { Config } from '../config/index.ts';
import { customerIdOf } from '../domain/customer.ts';
import { failureOf } from '../observe/failure.ts';
import type { SandboxFacts } from './sandbox.ts';
import type { Surroundings } from './surroundings.ts';

/** How callers are told apart, as the configuration says. */
export function authenticateOf(
  { auth }: Config,
  sandbox: SandboxFacts | null,
  { clock, logger }: Pick<Surroundings, 'clock' | 'logger'>,
): Authenticate {
  if (auth.mode === 'jwt') {
    const keySet = createKeySet({
      fetchKeys: () => fetchKeys({ jwksUrl: auth.jwksUrl, clock }),
      clock,
      onFailure: (error) => logger.warn({ failure: failureOf(error) }, 'key set not read'),
    });
    // In the background: callers without a token need no keys, and an issuer that is down for a moment no restart.
    void keySet.warm();
    return createJwtAuthenticate({ rules: auth, keySet, clock });
  }
  // Somebody must be "me" for a first look at the sandbox; nobody is, at a real platform without tokens.
  const customerId = sandbox === null ? null : customerIdOf(sandbox.firstCustomerId, "The sandbox's first customer");
  return createOpenAuthenticate({ isAuthenticated: true, customerId, mayReadAny: true });
}
