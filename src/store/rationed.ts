import type { Clock } from '../domain/clock.ts';
import type { Store } from './store.ts';

export interface Ration<Value> {
  readonly clock: Clock;
  /** Written at most in each window: what is more is not kept there. */
  readonly maxBytes: number;
  readonly windowMs: number;
  readonly bytesOf: (value: Value) => number;
}

/**
 * A store that is written to so much at a time: together with the life of what is written, this bounds what callers can
 * fill it with. Reading is free.
 */
export function createRationedStore<Value>(store: Store<Value>, ration: Ration<Value>): Store<Value> {
  const { clock, maxBytes, windowMs, bytesOf } = ration;
  let beganAtMs = clock.monotonicMs();
  let written = 0;

  return {
    get: (key) => store.get(key),

    set(key, value, ttlMs) {
      const nowMs = clock.monotonicMs();
      if (nowMs - beganAtMs >= windowMs) {
        beganAtMs = nowMs;
        written = 0;
      }
      const bytes = bytesOf(value);
      if (written + bytes > maxBytes) return;
      written += bytes;
      return store.set(key, value, ttlMs);
    },

    delete: (key) => store.delete(key),
  };
}
