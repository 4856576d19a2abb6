import { setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCall, type Platform } from './answerCall.ts';
import { Refusal, refusalAnswer } from './answers.ts';
import { SANDBOX_CREDENTIALS, createAuth, type SandboxCredentials } from './auth.ts';
import { loadData } from './data.ts';
import { createFaultPlan } from './faultPlan.ts';
import { parseFaults } from './faults.ts';
import { createOrg } from './org.ts';
import { createQuota } from './quota.ts';
import { send } from './send.ts';

export { SANDBOX_CREDENTIALS, type SandboxCredentials } from './auth.ts';

/** How a sandbox is to be. */
export interface SandboxOptions {
  readonly host: string;
  /** 0: chosen by the system. */
  readonly port: number;
  /** Epoch milliseconds: a token's life, the quota's window and "now" in the ledgers hang on it. */
  readonly now: () => number;
  /** Every answer waits this long, in real time; default 0. */
  readonly latencyMs?: number;
  /** What goes wrong, in the grammar of `parseFaults`; default nothing. */
  readonly faults?: string;
  /** Per credential, token calls included; default 1000. */
  readonly requestsPerMinute?: number;
  /** Default `SANDBOX_CREDENTIALS`. */
  readonly credentials?: SandboxCredentials;
}

/** A sandbox that is listening. */
export interface Sandbox {
  /** `http://host:port`, without a path. */
  readonly url: string;
  readonly credentials: SandboxCredentials;
  /** The first customer of the data file: digits. */
  readonly firstCustomerId: string;
  /** Drops every connection, stalled ones too, and resolves when the port is free. */
  close(): Promise<void>;
}

/**
 * Starts an imitation of the loyalty platform on this machine: real HTTP, customers from `data.json`, balances computed
 * from their ledgers. It shares no code with the client of the real platform.
 *
 * @throws {Error} when the faults or the data file are malformed, or the port is taken
 * @see https://docs.capillarytech.com/reference/get-points-balance
 * @see https://docs.capillarytech.com/reference/get-customer-ledger-balance
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { host, port, now, latencyMs = 0, faults = '', requestsPerMinute = 1000 } = options;
  const { credentials = SANDBOX_CREDENTIALS } = options;
  const faultPlan = createFaultPlan(parseFaults(faults));
  const org = createOrg(await loadData());
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // Every call that waits listens to it.
  const auth = createAuth({ credentials, now });
  const quota = createQuota({ requestsPerMinute, now });
  const platform: Platform = { org, auth, quota, faultPlan, now, latencyMs, signal: closing.signal };

  const server = createServer((request, response) => {
    answerCall(request, response, platform).catch(() => {
      // The caller has gone, the sandbox closes, or it has a bug of its own: only the last is still owed an answer.
      if (response.headersSent || closing.signal.aborted) response.destroy();
      else send(response, refusalAnswer(new Refusal(500)));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const bound = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound.port}`,
    credentials,
    firstCustomerId: [...org.customers.keys()][0] ?? '',
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
