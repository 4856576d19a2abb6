import type { Measurement } from '../../support/table.ts';
import { measureBreaker } from './breaker.ts';
import { measureIsolation } from './isolation.ts';
import { measureFairness, measureOverload, measureOverloadUnderFaults } from './overload.ts';
import { measureRetries } from './retries.ts';
import { measureStale } from './stale.ts';
import { measureTokens } from './tokens.ts';

/** How much is simulated. */
export interface SimulationSize {
  /** Of overload. */
  readonly minutes: number;
  /** Of a platform that fails. */
  readonly seconds: number;
  readonly keys: number;
  readonly rotations: number;
  readonly schedules: number;
}

/** What the targets name. */
export const FULL_SIZE: SimulationSize = { minutes: 10, seconds: 60, keys: 1000, rotations: 100, schedules: 10_000 };

/** A first look. */
export const QUICK_SIZE: SimulationSize = { minutes: 3, seconds: 30, keys: 200, rotations: 20, schedules: 500 };

/** The half of the targets that needs no socket and no second: each a function that measures some. */
export function simulations(seed: number, size: SimulationSize): readonly (() => Promise<readonly Measurement[]>)[] {
  return [
    () => measureOverload({ seed, minutes: size.minutes }),
    () => measureOverloadUnderFaults({ seed, minutes: size.minutes }),
    () => measureFairness({ seed, minutes: size.minutes }),
    () => measureRetries({ seed, seconds: size.seconds }),
    () => measureStale({ seed, keys: size.keys }),
    () => measureBreaker({ seed, seconds: size.seconds }),
    () => measureTokens({ seed, rotations: size.rotations }),
    () => measureIsolation({ seed, schedules: size.schedules }),
  ];
}
