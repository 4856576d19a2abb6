import type { Clock } from '../domain/clock.ts';
import type { BreakerRules } from './breaker.ts';
import type { PlatformCall } from './call.ts';
import { createTillAuthorizer, type PlatformCredentials } from './credentials.ts';
import { withBreakers } from './breakers.ts';
import type { CreateTransport } from './http.ts';
import { LocalQuota } from './localQuota.ts';
import { QuotaGate } from './quotaGate.ts';
import { withRetry } from './retry.ts';
import { RetryBudget } from './retryBudget.ts';
import { createSender } from './sender.ts';
import { createSignedCall } from './signed.ts';
import { createTokenAuthorizer } from './token.ts';

export interface PlatformClientOptions {
  /** `https://{host}/`, without `v2`. */
  readonly baseUrl: URL;
  readonly credentials: PlatformCredentials;
  /** Makes the one HTTP client that everything goes through. */
  readonly createTransport: CreateTransport;
  /** This gateway's share of the API key's quota. */
  readonly requestsPerMinute: number;
  readonly maxConcurrent: number;
  /** A token call serves many operations; it is cut off after this long. */
  readonly tokenTimeoutMs: number;
  readonly clock: Clock;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
}

export interface PlatformClient {
  readonly call: PlatformCall;
  readonly gate: QuotaGate;
  /** Closes idle connections. */
  readonly close: () => void;
}

const CONNECT_TIMEOUT_MS = 400;
/** A page of a ledger is some 3 kB; what is larger than this is not an answer. */
const MAX_BODY_BYTES = 1024 * 1024;
/** The platform's minute, and a second for what a call may take to arrive there. */
const QUOTA_WINDOW_MS = 61_000;
const MAX_WAITING = 200;
const BREAKER: BreakerRules = { failureShare: 0.5, minCalls: 20, windowMs: 10_000, openMs: 5000 };
const RETRY_BUDGET = { share: 0.1, perSecond: 1, windowMs: 10_000 };

/** Stacks the layers a call goes through, outermost first: retry > breaker > signature > quota gate > one HTTP attempt. */
export function createPlatformClient(options: PlatformClientOptions): PlatformClient {
  const { baseUrl, credentials, requestsPerMinute, maxConcurrent, tokenTimeoutMs, clock, random } = options;
  const transport = options.createTransport({
    baseUrl,
    maxConnections: maxConcurrent,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    maxBodyBytes: MAX_BODY_BYTES,
  });
  const gate = new QuotaGate({
    quota: new LocalQuota({ limit: requestsPerMinute, windowMs: QUOTA_WINDOW_MS }, clock),
    clock,
    maxConcurrent,
    maxWaiting: MAX_WAITING,
    spacingMs: QUOTA_WINDOW_MS / requestsPerMinute,
    random,
  });
  const send = createSender({ transport, clock, gate });
  const authorizer =
    credentials.kind === 'oauth'
      ? createTokenAuthorizer({ send, clock, credentials, timeoutMs: tokenTimeoutMs })
      : createTillAuthorizer(credentials);
  const call = withBreakers(createSignedCall(send, authorizer), BREAKER, clock);
  return {
    call: withRetry(call, { clock, budget: new RetryBudget(RETRY_BUDGET, clock), random }),
    gate,
    close: () => transport.close(),
  };
}
