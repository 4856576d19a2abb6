/** A bounded place for values, each with a life of its own. Losing one is never an error: it is read again. */
export interface Store<Value> {
  /** The value, unless it was never there, has outlived its time, or was pushed out; undefined then. */
  get(key: string): Value | undefined | Promise<Value | undefined>;
  /** Keeps a value for `ttlMs`, in place of what was there; a store that ranks its values keeps a newer one instead. */
  set(key: string, value: Value, ttlMs: number): void | Promise<void>;
  delete(key: string): void | Promise<void>;
}

/** A store in this process: what it has is there at once. */
export interface NearStore<Value> extends Store<Value> {
  /** @param nowMs on the monotonic clock, where somebody has just looked at it */
  get(key: string, nowMs?: number): Value | undefined;
  set(key: string, value: Value, ttlMs: number): void;
  delete(key: string): void;
  /** How many values it holds. */
  readonly size: number;
}

/** Which of two values of one key is the newer: the one of higher rank stays. */
export type RankOf<Value> = (value: Value) => number;
