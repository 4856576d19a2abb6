import type { Config } from '../config/index.ts';
import { Secret } from '../domain/secret.ts';
import type { SandboxFacts } from './sandbox.ts';

/** Where the platform is, and how to sign in there. */
export function platformOf(config: Config, sandbox: SandboxFacts | null) {
  if (config.platform !== null) return config.platform;
  if (sandbox === null) throw new Error('Neither a platform nor a sandbox.');
  const { clientKey, clientSecret } = sandbox.credentials;
  return {
    baseUrl: new URL(`${sandbox.url}/`),
    credentials: { kind: 'oauth', clientKey, clientSecret: new Secret(clientSecret) },
  } as const;
}
