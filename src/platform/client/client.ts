import type { Clock } from '../../domain/clock.ts';
import type { Telemetry } from '../../domain/telemetry.ts';
import type { RedisLink } from '../../store/redisLink.ts';
import type { Seal } from '../../store/seal.ts';
import type { BreakerRules, BreakerState } from './breaker.ts';
import type { PlatformCall } from './call.ts';
import { createTillAuthorizer, type PlatformCredentials } from './credentials.ts';
import { withBreakers } from './breakers.ts';
import { createQuota, QUOTA_WINDOW_MS } from '../quota/createQuota.ts';
import { createTurns, type CreateTransport } from '../transport/http.ts';
import type { Quota } from '../quota/quota.ts';
import { QuotaGate } from '../quota/quotaGate.ts';
import { readerOf } from '../outcome.ts';
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
  /** The API key's quota. */
  readonly requestsPerMinute: number;
  /** How many gateways share it, where Redis does not tell. */
  readonly replicas: number;
  /** Where quota and answers are shared; undefined: each gateway has its own, and keeps to its share. */
  readonly shared: { readonly link: RedisLink; readonly seal: Seal } | undefined;
  /** Where calls take their places; left out: it keeps the quota itself, or shares it as `shared` says. */
  readonly quota?: Quota | undefined;
  readonly maxConcurrent: number;
  /** A token call serves many operations; it is cut off after this long. */
  readonly tokenTimeoutMs: number;
  readonly clock: Clock;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  readonly telemetry: Telemetry;
}

export interface PlatformClient {
  readonly call: PlatformCall;
  readonly gate: QuotaGate;
  /** How the breaker of each endpoint stands. */
  readonly breakers: () => Readonly<Record<string, BreakerState>>;
  /** Requests that are about to be sent, together. */
  readonly toSend: () => number;
  /** Closes idle connections. */
  readonly close: () => void;
}

const CONNECT_TIMEOUT_MS = 400;
/** A page of a ledger is some 3 kB; what is larger than this is not an answer. */
const MAX_BODY_BYTES = 1024 * 1024;
const MAX_WAITING = 200;
/**
 * A platform that fails half of ten seconds is down; one that fails nearly all of the last second, or of the last calls,
 * is down already. A platform that fails every third call for a while is not: the others are answers.
 */
const BREAKER: BreakerRules = {
  views: [
    { windowMs: 10_000, minCalls: 20, failureShare: 0.5 },
    { windowMs: 1000, minCalls: 20, failureShare: 0.8 },
  ],
  last: { calls: 20, windowMs: 10_000, failureShare: 0.9 },
  openMs: 5000,
};
const RETRY_BUDGET = { share: 0.1, perSecond: 1, windowMs: 10_000 };

/** Stacks the layers a call goes through, outermost first: retry > breaker > signature > quota gate > one HTTP attempt. */
export function createPlatformClient(options: PlatformClientOptions): PlatformClient {
  const { baseUrl, credentials, maxConcurrent, tokenTimeoutMs, clock, random, telemetry } = options;
  const turns = createTurns();
  const transport = options.createTransport({
    baseUrl,
    maxConnections: maxConcurrent,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    maxBodyBytes: MAX_BODY_BYTES,
    ...turns,
    clock,
  });
  const quota = options.quota ?? createQuota(options);
  const gate = new QuotaGate({
    quota,
    clock,
    maxConcurrent,
    maxWaiting: MAX_WAITING,
    windowMs: QUOTA_WINDOW_MS,
    random,
    telemetry,
  });
  const send = createSender({ transport, clock, gate, telemetry });
  const authorizer =
    credentials.kind === 'oauth'
      ? createTokenAuthorizer({ send, clock, credentials, timeoutMs: tokenTimeoutMs, telemetry })
      : createTillAuthorizer(credentials);
  const guarded = withBreakers(createSignedCall(send, authorizer), { rules: BREAKER, clock, telemetry });
  const call = withRetry(guarded.call, { clock, budget: new RetryBudget(RETRY_BUDGET, clock), random });
  return {
    call: (request, context, read) =>
      new Promise((resolve, reject) => call(request, context, readerOf(read, resolve, reject))),
    gate,
    breakers: guarded.states,
    toSend: () => turns.sending.size,
    close: () => {
      quota.leave();
      transport.close();
    },
  };
}
