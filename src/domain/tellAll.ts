import type { Telemetry } from './telemetry.ts';

/** Tells several observers, each of what it listens to. */
export function tellAll(...observers: readonly Partial<Telemetry>[]): Telemetry {
  return {
    operationEnded: (...said) => observers.forEach((observer) => observer.operationEnded?.(...said)),
    operationRepeated: () => observers.forEach((observer) => observer.operationRepeated?.()),
    requestRefused: (...said) => observers.forEach((observer) => observer.requestRefused?.(...said)),
    operationNotListed: (...said) => observers.forEach((observer) => observer.operationNotListed?.(...said)),
    platformCallEnded: (...said) => observers.forEach((observer) => observer.platformCallEnded?.(...said)),
    quotaWaited: (...said) => observers.forEach((observer) => observer.quotaWaited?.(...said)),
    quotaRefused: (...said) => observers.forEach((observer) => observer.quotaRefused?.(...said)),
    readAnswered: (...said) => observers.forEach((observer) => observer.readAnswered?.(...said)),
    refreshed: (...said) => observers.forEach((observer) => observer.refreshed?.(...said)),
    tokenFetched: (...said) => observers.forEach((observer) => observer.tokenFetched?.(...said)),
    redisCommandEnded: (...said) => observers.forEach((observer) => observer.redisCommandEnded?.(...said)),
    breakerMoved: (...said) => observers.forEach((observer) => observer.breakerMoved?.(...said)),
    gateClosed: (...said) => observers.forEach((observer) => observer.gateClosed?.(...said)),
    redisMoved: (...said) => observers.forEach((observer) => observer.redisMoved?.(...said)),
  };
}
