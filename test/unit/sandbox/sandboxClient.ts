import { createHash } from 'node:crypto';
import { expect } from '@jest/globals';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../src/sandbox/server.ts';

/** An answer as it came: the text too, for the digits that `JSON.parse` loses. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

/** A sandbox on a port of its own, and the calls that the tests make to it. */
export interface TestSandbox extends Sandbox {
  /** A GET with these headers and no other. */
  get(path: string, headers: Readonly<Record<string, string>>): Promise<Reply>;
  /** A GET with the till's credentials. */
  read(path: string, query?: Readonly<Record<string, string>>): Promise<Reply>;
  /** The body of the ledger balance; the customer is named by id unless the query says otherwise. */
  ledger(customerId: string, query?: Readonly<Record<string, string>>): Promise<Reply>;
  token(body?: unknown): Promise<Reply>;
}

/** The moment at which the tests' sandbox lives, unless a test has a clock: after all entries of the data file. */
export const NOW_MS = Date.UTC(2026, 0, 1);

/** Starts a sandbox on an ephemeral port; the test closes it. */
export async function startTestSandbox(options: Partial<SandboxOptions> = {}): Promise<TestSandbox> {
  const sandbox = await startSandbox({ host: '127.0.0.1', port: 0, now: () => NOW_MS, ...options });
  const { tillUsername, tillPassword, clientKey: key, clientSecret: secret } = sandbox.credentials;
  const md5 = createHash('md5').update(tillPassword).digest('hex');
  const authorization = `Basic ${Buffer.from(`${tillUsername}:${md5}`).toString('base64')}`;

  const ask = async (path: string, init: RequestInit): Promise<Reply> => {
    const response = await fetch(`${sandbox.url}${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  };
  const read: TestSandbox['read'] = (path, query = {}) =>
    ask(`${path}?${new URLSearchParams(query).toString()}`, { headers: { authorization } });
  return {
    ...sandbox,
    read,
    get: (path, headers) => ask(path, { headers }),
    ledger: (customerId, query = {}) =>
      read('/v2/pointsLedger/getCustomerLedgerBalance', {
        identifierName: 'id',
        identifierValue: customerId,
        source: 'INSTORE',
        ...query,
      }),
    token: (body = { key, secret }) => ask('/v3/oauth/token/generate', { method: 'POST', body: JSON.stringify(body) }),
  };
}

/** What a refusal by these codes looks like. */
export function refusalWith(...codes: number[]): unknown {
  return {
    warnings: [],
    errors: codes.map((code) => ({ status: false, code, message: expect.any(String) })),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
