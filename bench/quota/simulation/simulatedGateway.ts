import type { Clock } from '../../../src/domain/clock.ts';
import { customerIdOf } from '../../../src/domain/customer.ts';
import { GatewayError, type ErrorCode } from '../../../src/domain/errors.ts';
import { createMeter, type Priority } from '../../../src/domain/operation.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { NO_TELEMETRY } from '../../../src/domain/telemetry.ts';
import { createDeadline } from '../../../src/http/deadline.ts';
import { createPlatform, type Platform } from '../../../src/platform/index.ts';
import type { Transport } from '../../../src/platform/transport/http.ts';
import { MemoryRoom } from '../../../src/store/memory.ts';
import type { Random } from '../../support/random.ts';

export interface SimulatedGatewayOptions {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly random: Random;
  /** The API key's quota. */
  readonly requestsPerMinute: number;
  /** How many gateways share it; one when left out. */
  readonly replicas?: number;
  readonly freshMs: number;
  readonly staleMs: number;
}

/** How a read ended, and how long it took. */
export type ReadOutcome = { readonly tookMs: number; readonly calls: number } & (
  | { readonly kind: 'answered'; readonly isStale: boolean }
  | { readonly kind: 'failed'; readonly code: ErrorCode | 'UNKNOWN'; readonly detail: string | undefined }
);

export interface ReadOptions {
  readonly deadlineMs: number;
  readonly priority?: Priority;
}

/** The gateway's platform side as `src/app/assemble.ts` puts it together, on a clock and a transport of the simulation. */
export function createSimulatedPlatformSide(options: SimulatedGatewayOptions): Platform {
  const { clock, transport, random, requestsPerMinute, replicas = 1, freshMs, staleMs } = options;
  return createPlatform({
    memory: new MemoryRoom({ maxBytes: 64 * 1024 * 1024, clock }),
    baseUrl: new URL('https://platform.invalid/'),
    credentials: { kind: 'oauth', clientKey: 'key', clientSecret: new Secret('secret') },
    requestsPerMinute,
    replicas,
    shared: undefined,
    maxConcurrent: 20,
    cache: { freshMs, staleMs },
    ledgerPageSize: 10,
    tokenTimeoutMs: 3000,
    refreshTimeoutMs: 3000,
    clock,
    telemetry: NO_TELEMETRY,
    random: random.next,
    createTransport: () => transport,
  });
}

/** Reads one points balance as an operation of its own does, deadline included. Never throws: how it ended is data. */
export async function readBalance(
  { readPointsBalance }: Platform,
  clock: Clock,
  id: string,
  { deadlineMs, priority = 'interactive' }: ReadOptions,
): Promise<ReadOutcome> {
  const startedAtMs = clock.monotonicMs();
  const meter = createMeter();
  const deadline = createDeadline(clock, deadlineMs);
  const context = { signal: deadline.signal, deadlineAtMs: () => deadline.atMs, priority: () => priority, meter };
  const ended = () => ({ tookMs: clock.monotonicMs() - startedAtMs, calls: meter.platformCalls });
  try {
    const customer = { by: 'id', id: customerIdOf(id, 'id') } as const;
    const question = { customer, program: 'default', entityType: 'CUSTOMER' } as const;
    const { isStale } = await readPointsBalance(question, undefined, context);
    return { kind: 'answered', isStale, ...ended() };
  } catch (error) {
    const known = error instanceof GatewayError;
    return {
      kind: 'failed',
      code: known ? error.code : 'UNKNOWN',
      detail: known ? error.facts.detail : undefined,
      ...ended(),
    };
  } finally {
    deadline.dispose();
  }
}
