import type { CachedPart } from '../../domain/operation.ts';

/** Looks after the parts of one kind of read. */
export interface PartKeeper {
  /** Whether a read of this key would be given the entry that has this part, now. */
  isGiven(key: string, part: CachedPart, nowMs: number): boolean;
  /** Told of each time one was given once more. */
  countGiven(): void;
}

/**
 * What an operation notes that was given the entry of this key; whoever looks at it uses the entry, as a read does. It
 * does not hold the entry, for whole answers are made of parts: what the cache has let go must not live on in them. There is
 * one for each entry, so it is small.
 */
export class KeptPart implements CachedPart {
  readonly #keeper: PartKeeper;
  readonly #key: string;
  /** How often the entry was given, fresh, since it is here. */
  hits = 0;

  constructor(keeper: PartKeeper, key: string) {
    this.#keeper = keeper;
    this.#key = key;
  }

  isGiven(nowMs: number): boolean {
    return this.#keeper.isGiven(this.#key, this, nowMs);
  }

  countGiven(): void {
    this.hits += 1;
    this.#keeper.countGiven();
  }
}
