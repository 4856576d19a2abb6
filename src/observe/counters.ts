import type { Registry } from 'prom-client';
import type { Priority } from '../domain/operation.ts';
import type { OperationOutcome, Telemetry } from '../domain/telemetry.ts';
import { labelled } from './labelled.ts';
import { createTalliedCounter } from './talliedCounter.ts';
import { createTalliedHistogram } from './talliedHistogram.ts';

/** Before the name of every metric of ours. */
export const PREFIX = 'loyalty_graph_';

const OPERATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const CALL_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4];
const WAIT_BUCKETS = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const REDIS_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1];

/** Counts what the parts tell. Labels are words of ours; each series is looked up once, when it first counts. */
export function createCounters(registry: Registry): Partial<Telemetry> {
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    createTalliedCounter(registry, `${PREFIX}${name}`, help, labelNames);
  const histogram = (name: string, help: string, buckets: number[], ...labelNames: string[]) =>
    createTalliedHistogram(registry, { name: `${PREFIX}${name}`, help, buckets, labelNames });

  const operations = counter('operations_total', 'GraphQL operations answered, by how they ended.', 'outcome');
  const operationSeconds = histogram(
    'operation_duration_seconds',
    'From the request to the answer of a GraphQL operation.',
    OPERATION_BUCKETS,
    'outcome',
  );
  const operation = labelled((outcome) => ({
    count: operations.labels(outcome),
    duration: operationSeconds.labels(outcome),
  }));
  const repetitions = counter(
    'operations_repeated_total',
    'GraphQL operations whose whole answer was remembered.',
  ).labels();
  const refusals = counter('requests_refused_total', 'HTTP requests refused before GraphQL saw them, by code.', 'code');
  const refusal = labelled((code) => refusals.labels(code));

  const notListedOperations = counter(
    'operations_not_listed_total',
    "GraphQL operations that are not of the operator's list, by whether they ran.",
    'outcome',
  );
  const notListed = labelled((outcome) => notListedOperations.labels(outcome));

  const calls = counter(
    'platform_calls_total',
    'HTTP attempts at the platform, by how they ended.',
    'endpoint',
    'outcome',
  );
  const callSeconds = histogram(
    'platform_call_duration_seconds',
    'From sending a request to the platform to its whole answer, without waiting for the quota.',
    CALL_BUCKETS,
    'endpoint',
    'outcome',
  );
  const call = labelled((endpoint) =>
    labelled((outcome) => ({
      count: calls.labels(endpoint, outcome),
      duration: callSeconds.labels(endpoint, outcome),
    })),
  );

  const waitSeconds = histogram(
    'platform_quota_wait_seconds',
    'How long platform calls waited for their place in the quota.',
    WAIT_BUCKETS,
    'priority',
  );
  const wait = labelled((priority) => waitSeconds.labels(priority));
  const quotaRefusals = counter(
    'platform_quota_refused_total',
    'Platform calls refused for want of quota.',
    'priority',
  );
  const quotaRefusal = labelled((priority) => quotaRefusals.labels(priority));
  const closings = counter(
    'platform_quota_closings_total',
    'Times the platform said that its quota is spent.',
  ).labels();

  const reads = counter(
    'reads_total',
    'Reads of the platform, by what is read and how it was answered.',
    'read',
    'result',
  );
  const read = labelled((name) => labelled((result) => reads.labels(name, result)));
  const refreshes = counter('refreshes_total', 'Answers read again before they grew old.', 'read', 'outcome');
  const refresh = labelled((name) => labelled((outcome) => refreshes.labels(name, outcome)));

  const breakerMoves = counter(
    'breaker_moves_total',
    'Changes of the breakers, by the new state.',
    'endpoint',
    'state',
  );
  const breakerMove = labelled((endpoint) => labelled((state) => breakerMoves.labels(endpoint, state)));
  const tokens = counter('token_fetches_total', 'Sign-ins at the platform.', 'outcome');
  const token = labelled((outcome) => tokens.labels(outcome));

  const commands = counter('redis_commands_total', 'Commands to Redis, by how they ended.', 'command', 'outcome');
  const commandSeconds = histogram(
    'redis_command_duration_seconds',
    'How long commands to Redis took.',
    REDIS_BUCKETS,
    'command',
  );
  const command = labelled((name) => ({
    outcome: labelled((outcome) => commands.labels(name, outcome)),
    duration: commandSeconds.labels(name),
  }));

  // At zero from the start, so that the first one is seen as a rise.
  (['ok', 'partial', 'failed', 'refused'] satisfies OperationOutcome[]).forEach((outcome) => operation(outcome));
  (['interactive', 'refresh'] satisfies Priority[]).forEach((priority) => quotaRefusal(priority));
  ['ok', 'failed'].forEach((outcome) => token(outcome));

  return {
    operationEnded(outcome, durationMs) {
      const { count, duration } = operation(outcome);
      count.inc();
      duration.observe(durationMs / 1000);
    },
    operationRepeated: () => repetitions.inc(),
    requestRefused: (code) => refusal(code).inc(),
    operationNotListed: (outcome) => notListed(outcome).inc(),
    platformCallEnded(endpoint, outcome, durationMs) {
      const { count, duration } = call(endpoint)(outcome);
      count.inc();
      duration.observe(durationMs / 1000);
    },
    quotaWaited: (priority, waitedMs) => wait(priority).observe(waitedMs / 1000),
    quotaRefused: (priority) => quotaRefusal(priority).inc(),
    readAnswered: (name, result) => read(name)(result).inc(),
    refreshed: (name, outcome) => refresh(name)(outcome).inc(),
    tokenFetched: (outcome) => token(outcome).inc(),
    redisCommandEnded(name, outcome, durationMs) {
      const { outcome: counted, duration } = command(name);
      counted(outcome).inc();
      if (outcome !== 'skipped') duration.observe(durationMs / 1000);
    },
    breakerMoved: (endpoint, state) => breakerMove(endpoint)(state).inc(),
    gateClosed: () => closings.inc(),
  };
}
