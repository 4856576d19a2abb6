import type { Viewer } from '../auth/viewer.ts';
import type { OperationMeter } from '../domain/operation.ts';
import type { Loaders } from '../loaders/index.ts';
import type { KnownCoercion } from './coercion.ts';

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
  /** Written as it ends. An object of its own, for Apollo Server runs an operation with a copy of its context. */
  readonly ending: Ending;
  /** Its variables, once somebody has asked for them. */
  coercion?: KnownCoercion;
}

/** What is known of an operation when its answer is. */
export interface Ending {
  /**
   * Its name, as it is logged, if the same request of the same caller would be answered the same for as long as the parts
   * that its meter names are the ones in the cache; null for one without a name.
   */
  repeatableAs?: string | null;
  /** What became of it as compiled code; it is run as such once, for what is left will be left again. */
  compiled?: 'answered' | 'left';
}
