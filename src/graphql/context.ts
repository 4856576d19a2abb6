import type { Viewer } from '../auth/viewer.ts';
import type { OperationMeter } from '../domain/operation.ts';
import type { Loaders } from '../loaders/index.ts';

/** What the resolvers and plugins of one operation share. */
export interface OperationContext {
  readonly viewer: Viewer;
  /** Whether the request came from the federation router; true where none is asked for. */
  readonly isRouter: boolean;
  readonly loaders: Loaders;
  readonly meter: OperationMeter;
  /** Platform calls left in the quota's window, as far as is known here. */
  readonly quotaRemaining: () => number;
  /** When the operation came in, on the monotonic clock. */
  readonly startedAtMs: number;
}
