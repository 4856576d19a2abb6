import type { Platform } from './platform.ts';
import type { Surroundings } from './programs.ts';
import type { Size } from './size.ts';
import type { Streams, WorkloadName } from './workloads.ts';

/** What can be measured. */
export const PARTS = ['rounds', 'start', 'memory', 'isolation'] as const;
export type Part = (typeof PARTS)[number];

/** What is asked of the bench. */
export interface BenchOptions {
  readonly dist: string;
  readonly size: Size;
  readonly workloads: readonly WorkloadName[];
  readonly latenciesMs: readonly number[];
  readonly parts: readonly Part[];
  readonly seed: number;
  /** Takes each figure as it is found. */
  readonly say: (line: string) => void;
}

/** What all parts share. */
export interface Bench extends BenchOptions {
  readonly platform: Platform;
  readonly surroundings: Surroundings;
  readonly streams: Streams;
}
