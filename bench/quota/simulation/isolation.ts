import type { Viewer } from '../../../src/auth/viewer.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { customerIdOf } from '../../../src/domain/customer.ts';
import { createMeter, type ReadContext } from '../../../src/domain/operation.ts';
import { NO_TELEMETRY } from '../../../src/domain/telemetry.ts';
import { createApollo, type Answering } from '../../../src/graphql/apollo.ts';
import type { OperationContext } from '../../../src/graphql/context.ts';
import { createDeadline } from '../../../src/http/deadline.ts';
import { loadOperationList } from '../../../src/graphql/persisted/loadList.ts';
import { createLoaders } from '../../../src/loaders/index.ts';
import { createLogger } from '../../../src/observe/logger.ts';
import { closingBalanceOf, pointsOf } from '../../support/answers.ts';
import { createRandom, type Random } from '../../support/random.ts';
import type { Measurement } from '../../support/table.ts';
import { createSimulatedClock } from './simulatedClock.ts';
import { createSimulatedPlatformSide } from './simulatedGateway.ts';
import { createSimulatedPlatform, type Behaviour } from './simulatedPlatform.ts';

const IDS = ['101', '102', '103', '104', '105', '9007199254740993'] as const;
const FRESH_MS = 15_000;
const STALE_MS = 60_000;
const LIMIT = 100;
/** As it is by default. */
const CONFIG = loadConfig({});
/** Schedules that one gateway lives through, so that each meets what the ones before it left behind. */
const PER_GATEWAY = 100;

/** Half of them answers, half of them every way there is to fail. */
const BEHAVIOURS: readonly [Behaviour, ...Behaviour[]] = [
  'answer',
  ...Array.from({ length: 8 }, () => 'answer' as const),
  ...(['fail', 'refuse', 'deny', 'reset', 'unreachable', 'stall', 'malformed', 'empty'] as const),
  ...(['other customer', 'other customer'] as const),
];

const QUERY = `query ($id: ID!, $other: ID!, $maxAge: Int) {
  one: customer(id: $id) { ...Figures }
  two: customer(id: $other) { ...Figures }
}
fragment Figures on Customer {
  id
  pointsBalance(maxAge: $maxAge) { entityId mainPoints totalPoints freshness { readAt stale } }
  ledgerBalance(first: 2) { nodes { closingBalance } }
}`;

/** What a field of the answer holds. */
interface Figures {
  readonly id: string;
  readonly pointsBalance: {
    readonly entityId: string;
    readonly mainPoints: string;
    readonly totalPoints: string;
    readonly freshness: { readonly readAt: string | Date; readonly stale: boolean };
  } | null;
  readonly ledgerBalance: { readonly nodes: readonly { readonly closingBalance: string }[] } | null;
}

interface Asked {
  readonly caller: string;
  readonly ids: readonly [string, string];
  readonly maxAge: number | null;
}

/** What was seen over all schedules. */
interface Seen {
  operations: number;
  answered: number;
  leaks: number;
  tooOld: number;
  /** Whose `readAt` is not when the platform gave them. */
  untrue: number;
}

/**
 * Random callers ask for random customers, through the whole graph, while the platform does anything and the clocks
 * step: whoever may not read a customer gets nothing of them, and nobody gets a figure of another customer than asked.
 */
export async function measureIsolation(options: {
  readonly seed: number;
  readonly schedules: number;
}): Promise<readonly Measurement[]> {
  const seen: Seen = { operations: 0, answered: 0, leaks: 0, tooOld: 0, untrue: 0 };
  for (let first = 0; first < options.schedules; first += PER_GATEWAY) {
    const count = Math.min(PER_GATEWAY, options.schedules - first);
    await runSchedules(createRandom(options.seed + first), count, seen);
  }
  return [
    {
      target: `Isolation (simulated, ${options.schedules} schedules, ${seen.operations} operations)`,
      required: '0 leaks; no answer older than asked for, or than it says',
      measured: `${seen.leaks} leaks, ${seen.tooOld} too old, ${seen.untrue} older than said, in ${seen.answered} figures`,
      isMet: seen.leaks + seen.tooOld + seen.untrue === 0 && seen.answered > seen.operations / 4,
    },
  ];
}

async function runSchedules(random: Random, count: number, seen: Seen): Promise<void> {
  const clock = createSimulatedClock();
  const simulated = createSimulatedPlatform({
    clock,
    random,
    limitPerMinute: LIMIT,
    tokenSeconds: 300,
    travelMs: () => random.below(50),
    latencyMs: () => random.below(300),
  });
  simulated.behave(() => random.pick(BEHAVIOURS));
  const platform = createSimulatedPlatformSide({
    clock,
    transport: simulated.transport,
    random,
    requestsPerMinute: LIMIT,
    freshMs: FRESH_MS,
    staleMs: STALE_MS,
  });
  const { apollo } = await createApollo({
    isCompiling: true,
    ...CONFIG,
    operations: { ...CONFIG.operations, list: await loadOperationList(CONFIG) },
    registeredQueries: null,
    logger: createLogger({ level: 'silent' }),
    lineOf: () => () => undefined,
    clock,
    telemetry: NO_TELEMETRY,
    plugins: [],
  });
  await apollo.start();

  async function ask(asked: Asked, leavesAfterMs: number): Promise<void> {
    const startedAtMs = clock.monotonicMs();
    const deadline = createDeadline(clock, 1000);
    clock.after(leavesAfterMs, () => deadline.abandon());
    const meter = createMeter();
    const context: ReadContext = {
      signal: deadline.signal,
      deadlineAtMs: () => deadline.atMs,
      priority: () => 'interactive',
      meter,
    };
    const contextValue: OperationContext = {
      viewer: viewerOf(asked.caller),
      loaders: createLoaders({ platform, context }),
      meter,
      isRouter: false,
      quotaRemaining: () => platform.client.gate.remaining,
      startedAtMs,
      ending: {},
    };
    const data = await execute(apollo, asked, contextValue);
    deadline.dispose();
    seen.operations += 1;
    check(asked, data, startedAtMs);
  }

  function check({ caller, ids, maxAge }: Asked, data: readonly (Figures | null)[], startedAtMs: number): void {
    for (const [index, id] of ids.entries()) {
      const figures = data[index] ?? null;
      if (figures === null) continue;
      const mayRead = caller === 'staff' || caller === id;
      const { pointsBalance, ledgerBalance } = figures;
      if (!mayRead && (pointsBalance !== null || ledgerBalance !== null)) seen.leaks += 1;
      if (ledgerBalance !== null) {
        seen.answered += 1;
        if (ledgerBalance.nodes.some(({ closingBalance }) => closingBalance !== closingBalanceOf(id))) seen.leaks += 1;
      }
      if (pointsBalance === null) continue;
      seen.answered += 1;
      if (pointsBalance.entityId !== id || pointsBalance.mainPoints !== pointsOf(id)) seen.leaks += 1;
      const givenAtMs = Number(pointsBalance.totalPoints);
      const saidMs = new Date(pointsBalance.freshness.readAt).getTime();
      if (Math.abs(saidMs - clock.wallAt(givenAtMs)) > TRAVEL_BACK_MS) seen.untrue += 1;
      const ageMs = startedAtMs - givenAtMs;
      const allowedMs = pointsBalance.freshness.stale ? STALE_MS : maxAge === null ? FRESH_MS : maxAge * 1000;
      // It is as old as when it arrived, and was given a moment before; a flight that is joined began before, too.
      if (ageMs > allowedMs + TRAVEL_BACK_MS) seen.tooOld += 1;
    }
  }

  for (let schedule = 0; schedule < count; schedule += 1) {
    const operations = Array.from({ length: 1 + random.below(4) }, () =>
      ask(randomAsk(random), random.chance(0.2) ? random.below(300) : Infinity),
    );
    await clock.runUntil(clock.monotonicMs() + 1500);
    await Promise.all(operations);
    if (random.chance(0.3)) await clock.runUntil(clock.monotonicMs() + random.below(30_000));
    if (random.chance(0.1)) clock.shiftWall(random.below(600_000) - 300_000);
  }
  await apollo.stop();
}

const TRAVEL_BACK_MS = 1;

function randomAsk(random: Random): Asked {
  return {
    caller: random.pick(['staff', ...IDS]),
    ids: [random.pick(IDS), random.pick(IDS)],
    maxAge: random.chance(0.3) ? random.below(20) : null,
  };
}

function viewerOf(caller: string): Viewer {
  const isStaff = caller === 'staff';
  return { isAuthenticated: true, customerId: isStaff ? null : customerIdOf(caller, 'caller'), mayReadAny: isStaff };
}

async function execute(
  apollo: Answering['apollo'],
  { ids: [id, other], maxAge }: Asked,
  contextValue: OperationContext,
): Promise<readonly (Figures | null)[]> {
  const { body } = await apollo.executeOperation({ query: QUERY, variables: { id, other, maxAge } }, { contextValue });
  if (body.kind !== 'single') throw new Error('An answer in parts.');
  const data = body.singleResult.data as
    { readonly one: Figures | null; readonly two: Figures | null } | null | undefined;
  return data === null || data === undefined ? [] : [data.one, data.two];
}
