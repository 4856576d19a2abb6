import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Keys } from '../../../src/auth/fetchKeys.ts';
import { createVerifiedTokens } from '../../../src/auth/verifiedTokens.ts';
import { createJwtAuthenticate, type Authenticate } from '../../../src/auth/verify.ts';
import { fakeClock, type FakeClock } from '../../support/fakeClock.ts';
import { es256, tokenOf } from '../../support/tokens.ts';

const RULES = {
  issuer: 'https://issuer.example',
  audience: 'loyalty',
  customerClaim: 'sub',
  readAnyScope: 'any',
  maxTokenAgeSeconds: 86_400,
};
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const NEVER = { signal: new AbortController().signal };

describe('a caller who asks often', () => {
  let clock: FakeClock;
  let keys: Keys;
  let checks = 0;
  let authenticate: Authenticate;
  beforeEach(() => {
    clock = fakeClock();
    checks = 0;
    keys = newKeys('a');
    authenticate = createJwtAuthenticate({
      rules: RULES,
      clock,
      keySet: {
        get young() {
          return keys;
        },
        current: () => Promise.resolve(keys),
        newerThan: () => Promise.resolve(null),
        warm: () => Promise.resolve(),
      },
    });
  });

  /** Keys that count how often one of them is used. */
  function newKeys(print: string): Keys {
    return {
      print,
      find: () => {
        checks += 1;
        return publicKey;
      },
    };
  }

  function token(lifeSeconds: number): string {
    const iat = clock.now() / 1000;
    const claims = { iss: 'https://issuer.example', aud: 'loyalty', sub: '1001', iat, exp: iat + lifeSeconds };
    return `Bearer ${tokenOf({ alg: 'ES256' }, claims, es256(privateKey))}`;
  }

  it('costs one check of a signature for all requests with one token', async () => {
    const shown = token(600);

    const viewers = [await authenticate(shown, NEVER), await authenticate(shown, NEVER)];

    expect(viewers[1]).toEqual(viewers[0]);
    expect(viewers[0]).toMatchObject({ viewer: { isAuthenticated: true, mayReadAny: false } });
    expect(checks).toBe(1);
  });

  it('is refused from the second on that the token has run out', async () => {
    const shown = token(600);
    await authenticate(shown, NEVER);
    clock.advance(629_000);
    await authenticate(shown, NEVER);
    expect(checks).toBe(1);
    clock.advance(1000);

    await expect(authenticate(shown, NEVER)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('is checked again when the keys are others', async () => {
    const shown = token(600);
    await authenticate(shown, NEVER);
    keys = newKeys('b');

    await authenticate(shown, NEVER);
    await authenticate(shown, NEVER);

    expect(checks).toBe(2);
  });

  it('is remembered until ten thousand others came after', () => {
    const tokens = createVerifiedTokens(clock);
    const caller = { viewer: { isAuthenticated: true, customerId: null, mayReadAny: false }, isStill: () => true };
    for (let count = 0; count <= 10_000; count += 1) tokens.keep(`token ${count}`, keys, caller, Infinity);

    expect(tokens.find('token 0', keys)).toBeUndefined();
    expect(tokens.find('token 1', keys)).toBe(caller);
  });
});
