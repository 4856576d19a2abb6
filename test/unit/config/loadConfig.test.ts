import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { ConfigError, describeConfig, loadConfig } from '../../../src/config/index.ts';

const TENANT = {
  CAPILLARY_BASE_URL: 'https://eu.api.example.com',
  CAPILLARY_CLIENT_KEY: 'key',
  CAPILLARY_CLIENT_SECRET: 'the-client-secret',
};
const TOKENS = {
  AUTH_JWKS_URL: 'https://issuer.example/keys',
  AUTH_ISSUER: 'https://issuer.example',
  AUTH_AUDIENCE: 'loyalty',
};

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('of an empty environment is the sandbox, open to look at', () => {
    expect(loadConfig({})).toMatchObject({
      platform: null,
      auth: { mode: 'none' },
      explorer: 'sandbox',
      introspection: true,
      federation: true,
      http: { host: '127.0.0.1', port: 4000, requestDeadlineMs: 3000 },
    });
  });

  it('of a real platform is closed: tokens wanted, no explorer, no introspection', () => {
    expect(loadConfig({ ...TENANT, ...TOKENS })).toMatchObject({
      platform: { baseUrl: new URL('https://eu.api.example.com/'), credentials: { kind: 'oauth' } },
      auth: { mode: 'jwt', customerClaim: 'sub', readAnyScope: 'loyalty:read:any' },
      explorer: 'off',
      introspection: false,
      federation: false,
    });
  });

  it.each([
    ['tokens that cannot be checked', { ...TENANT }, ['AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE missing']],
    ['half of the token rules', { ...TENANT, AUTH_ISSUER: 'x' }, ['AUTH_JWKS_URL, AUTH_AUDIENCE missing']],
    [
      'half of an OAuth client',
      { ...TOKENS, ...TENANT, CAPILLARY_CLIENT_SECRET: '' },
      ['CAPILLARY_CLIENT_SECRET is missing'],
    ],
    [
      'half of a till',
      { ...TOKENS, CAPILLARY_BASE_URL: 'https://x.example', CAPILLARY_TILL_PASSWORD: 'p' },
      ['CAPILLARY_TILL_USERNAME is missing'],
    ],
    ['no credentials', { ...TOKENS, CAPILLARY_BASE_URL: 'https://x.example' }, ['Credentials are missing']],
    [
      'both kinds of credentials',
      { ...TOKENS, ...TENANT, CAPILLARY_TILL_USERNAME: 'u', CAPILLARY_TILL_PASSWORD: 'p' },
      ['not both'],
    ],
    ['credentials without a platform', { CAPILLARY_CLIENT_KEY: 'key' }, ['CAPILLARY_BASE_URL is missing']],
    [
      'token rules without a platform, and without a word on whether they hold',
      TOKENS,
      ['AUTH_MODE is missing: AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE set, but no CAPILLARY_BASE_URL'],
    ],
    [
      'one of the token rules without a platform',
      { AUTH_ISSUER: 'https://issuer.example' },
      ['AUTH_MODE is missing: AUTH_ISSUER set'],
    ],
    [
      'plain HTTP to another machine',
      { ...TENANT, AUTH_MODE: 'none', CAPILLARY_BASE_URL: 'http://10.0.0.1' },
      ['CAPILLARY_BASE_URL must be https:'],
    ],
    [
      'a metadata address',
      { ...TENANT, AUTH_MODE: 'none', CAPILLARY_BASE_URL: 'http://169.254.169.254' },
      ['CAPILLARY_BASE_URL must be https:'],
    ],
    [
      'a unix socket',
      { ...TENANT, AUTH_MODE: 'none', CAPILLARY_BASE_URL: 'unix:/run/x' },
      ['CAPILLARY_BASE_URL must be https:'],
    ],
    [
      'credentials in the URL',
      { ...TENANT, AUTH_MODE: 'none', CAPILLARY_BASE_URL: 'https://u:p@x.example' },
      ['must not hold credentials'],
    ],
    [
      'a query in the URL',
      { ...TENANT, AUTH_MODE: 'none', CAPILLARY_BASE_URL: 'https://x.example/?a' },
      ['must not hold a query'],
    ],
    ['every origin', { CORS_ORIGINS: 'https://a.example,*' }, ['CORS_ORIGINS must list origins']],
    [
      'a name that is not one of ours',
      { CAPILLARY_REQUEST_PER_MINUTE: '5' },
      ['CAPILLARY_REQUEST_PER_MINUTE is not a variable'],
    ],
    [
      'several slips at once',
      { PORT: 'x', LOG_LEVEL: 'loud', REQUEST_DEADLINE_MS: '1' },
      ['PORT must be', 'REQUEST_DEADLINE_MS must be 50', 'LOG_LEVEL must be'],
    ],
  ])('refuses %s', (_what, env, expected) => {
    const problems = problemsOf(env);

    expect(problems).toEqual(expected.map((each) => expect.stringContaining(each)));
  });

  it.each(['jwt', 'none'])('takes token rules with the sandbox when AUTH_MODE=%s is said', (mode) => {
    expect(loadConfig({ ...TOKENS, AUTH_MODE: mode })).toMatchObject({ platform: null, auth: { mode } });
  });

  it('never shows a secret, nor the value it refuses', () => {
    const env = { ...TENANT, CAPILLARY_BASE_URL: 'https://u:hunter2@x.example', PORT: 'hunter2' };

    expect(problemsOf(env).join()).not.toContain('hunter2');
    const shown = [
      JSON.stringify(describeConfig(TENANT)),
      inspect(loadConfig({ ...TENANT, ...TOKENS }), { depth: 9 }),
    ].join();
    expect(shown).toContain('[secret]');
    expect(shown).not.toContain('the-client-secret');
  });

  it('takes an empty value for an unset one', () => {
    expect(loadConfig({ PORT: '', CAPILLARY_BASE_URL: '' })).toMatchObject({ platform: null, http: { port: 4000 } });
  });
});
