/** A bounded place for values, each with a life of its own. Losing one is never an error: it is read again. */
export interface Store<Value> {
  /** The value, unless it was never there, has outlived its time, or was pushed out; undefined then. */
  get(key: string): Promise<Value | undefined>;
  /** Keeps a value for `ttlMs`, in place of what was there. */
  set(key: string, value: Value, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
}
