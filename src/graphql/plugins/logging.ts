import { unwrapResolverError } from '@apollo/server/errors';
import { Kind, type GraphQLError } from 'graphql';
import type { Clock } from '../../domain/clock.ts';
import { failureOf, type LoggedFailure } from '../../observe/failure.ts';
import type { LoggedName } from '../../observe/operationName.ts';
import type { OperationLine } from '../../observe/operationLines.ts';
import type { OperationList } from '../persisted/operationList.ts';
import type { Logger } from '../../observe/logger.ts';
import { gatewayErrorOf, GRAPHQL_CODES } from '../formatError.ts';
import { outcomeOf } from '../outcome.ts';
import type { OperationHooks } from './hooks.ts';

/** Writes one line per operation: its name, how long, how many platform calls, how it ended and why. */
export function loggingPlugin(options: {
  readonly logger: Logger;
  /** What writes that an operation of this name went well. */
  readonly lineOf: (operation: string | null) => OperationLine;
  readonly clock: Clock;
  /** The operator's operations, whose names may be logged. */
  readonly list: OperationList;
  readonly loggedName: LoggedName;
}): OperationHooks {
  const { logger, lineOf, clock, list, loggedName } = options;
  return {
    willSendResponse(request) {
      const { contextValue, document, operationName, errors = [] } = request;
      const operation = loggedName(operationName, document !== undefined && list.has(document));
      const durationMs = Math.round(clock.monotonicMs() - contextValue.startedAtMs);
      const { platformCalls } = contextValue.meter;
      if (errors.length === 0) {
        lineOf(operation)(durationMs, platformCalls);
        return;
      }
      const failures = errors.map(loggedError);
      const outcome = outcomeOf(request);
      const line = { operation, outcome, durationMs, platformCalls, failures: grouped(failures) };
      if (failures.some(({ code }) => code === 'INTERNAL_SERVER_ERROR')) logger.error(line, 'operation');
      else logger.info(line, 'operation');
    },
  };
}

function loggedError(error: GraphQLError): LoggedFailure {
  const { code } = error.extensions;
  const own = gatewayErrorOf(error);
  // The field by its name in the schema: a path holds aliases, which are the caller's words.
  const field = error.path === undefined ? {} : { field: fieldNameOf(error) };
  if (own === undefined && typeof code === 'string' && GRAPHQL_CODES.has(code)) return { code };
  return { ...field, ...failureOf(own ?? unwrapResolverError(error)) };
}

function fieldNameOf({ nodes }: GraphQLError): string | undefined {
  const node = nodes?.find(({ kind }) => kind === Kind.FIELD);
  return node?.kind === Kind.FIELD ? node.name.value : undefined;
}

/** Equal failures once, with their number: a list of 100 customers must not write 100 of them. */
function grouped(failures: readonly LoggedFailure[]): readonly LoggedFailure[] {
  const counts = new Map<string, { failure: LoggedFailure; count: number }>();
  for (const failure of failures) {
    const key = JSON.stringify({ ...failure, requestId: undefined });
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { failure, count: 1 });
    else known.count += 1;
  }
  return [...counts.values()].slice(0, 10).map(({ failure, count }) => (count === 1 ? failure : { ...failure, count }));
}
