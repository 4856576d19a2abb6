import type { Viewer } from '../auth/viewer.ts';
import type { OperationMeter } from '../domain/operation.ts';
import type { Loaders } from '../loaders/index.ts';

/** What the resolvers and plugins of one operation share. */
export interface OperationContext {
  readonly viewer: Viewer;
  readonly loaders: Loaders;
  readonly meter: OperationMeter;
  /** Platform calls left in the quota's window, as far as is known here. */
  readonly quotaRemaining: () => number;
  /** When the operation came in, on the monotonic clock. */
  readonly startedAtMs: number;
}
