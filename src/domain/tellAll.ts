import type { Telemetry } from './telemetry.ts';

/** Tells several observers, each of what it listens to. */
export function tellAll(...observers: readonly Partial<Telemetry>[]): Telemetry {
  const each = <Name extends keyof Telemetry>(name: Name) => listenersOf(observers, name);
  return {
    operationEnded: each('operationEnded'),
    operationRepeated: each('operationRepeated'),
    requestRefused: each('requestRefused'),
    operationNotListed: each('operationNotListed'),
    platformCallEnded: each('platformCallEnded'),
    quotaWaited: each('quotaWaited'),
    quotaRefused: each('quotaRefused'),
    readAnswered: each('readAnswered'),
    refreshed: each('refreshed'),
    tokenFetched: each('tokenFetched'),
    redisCommandEnded: each('redisCommandEnded'),
    breakerMoved: each('breakerMoved'),
    gateClosed: each('gateClosed'),
    redisMoved: each('redisMoved'),
  };
}

/** Who listens to one thing; where it is one observer, that one itself, for most are told of at every read. */
function listenersOf<Name extends keyof Telemetry>(
  observers: readonly Partial<Telemetry>[],
  name: Name,
): (...said: Parameters<Telemetry[Name]>) => void {
  const listeners = observers.flatMap((observer) => {
    const listener = observer[name] as ((...said: Parameters<Telemetry[Name]>) => void) | undefined;
    return listener === undefined ? [] : [listener.bind(observer)];
  });
  const [only] = listeners;
  if (only !== undefined && listeners.length === 1) return only;
  return (...said) => {
    for (const listener of listeners) listener(...said);
  };
}
