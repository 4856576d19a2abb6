import type { Measurement } from '../../support/table.ts';

/** How long the runs of real processes last, and how much they do. */
export interface RunSize {
  readonly overloadSeconds: number;
  readonly peerSeconds: number;
  /** Of each fault, and of a platform that is down. */
  readonly faultSeconds: number;
  readonly downSeconds: number;
  readonly keys: number;
  readonly shutdowns: number;
  /** Bodies of each kind that must not be read whole. */
  readonly bodies: number;
  readonly soakMinutes: number;
  readonly hitSeconds: number;
}

/** Figures that hold. */
export const FULL_SIZE: RunSize = {
  overloadSeconds: 185,
  peerSeconds: 185,
  faultSeconds: 3,
  downSeconds: 20,
  keys: 500,
  shutdowns: 20,
  bodies: 50,
  soakMinutes: 5,
  hitSeconds: 30,
};

/** A first look. */
export const QUICK_SIZE: RunSize = {
  overloadSeconds: 65,
  peerSeconds: 65,
  faultSeconds: 1,
  downSeconds: 8,
  keys: 100,
  shutdowns: 3,
  bodies: 10,
  soakMinutes: 0.25,
  hitSeconds: 5,
};

export interface RunOptions {
  readonly seed: number;
  readonly size: RunSize;
  /** Whether the gateways share a Redis; else each has its share and its own cache. */
  readonly hasRedis: boolean;
}

/** One scenario: starts what it needs, measures, and ends it. */
export type Run = (options: RunOptions) => Promise<readonly Measurement[]>;
