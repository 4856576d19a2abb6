import type { Clock } from '../../domain/clock.ts';
import type { CachedPart } from '../../domain/operation.ts';
import type { NearStore, Store } from '../../store/store.ts';
import { rankOfEntry, type CacheEntry } from './cacheEntry.ts';

/** How wanted an entry is here. Who counts need not hold the entry. */
export interface Wanted {
  /** How often it was given, fresh, since it is here. */
  hits: number;
}

/** An entry in this process, and how wanted it is here. */
export interface NearEntry<Answer> {
  readonly entry: CacheEntry<Answer>;
  readonly wanted: Wanted;
  /** Whether it was read ahead already. */
  isRefreshed: boolean;
  /** What an operation that was given it notes, made when the first was. */
  part?: CachedPart;
}

/** Where entries are kept: in this process, and behind that, where there is one, in a store that all gateways share. */
export class CacheTiers<Answer> {
  readonly #near: NearStore<NearEntry<Answer>>;
  readonly #far: Store<CacheEntry<Answer>> | undefined;
  readonly #clock: Clock;
  readonly #keepMsOf: (entry: CacheEntry<Answer>) => number;
  /** One question at a time to the shared store for each key. */
  readonly #asked = new Map<string, Promise<CacheEntry<Answer> | undefined>>();

  constructor(options: {
    readonly near: NearStore<NearEntry<Answer>>;
    readonly far: Store<CacheEntry<Answer>> | undefined;
    readonly clock: Clock;
    /** How old an entry may become. */
    readonly keepMsOf: (entry: CacheEntry<Answer>) => number;
  }) {
    this.#near = options.near;
    this.#far = options.far;
    this.#clock = options.clock;
    this.#keepMsOf = options.keepMsOf;
  }

  /** Whether others may have something newer than this process. */
  get isShared(): boolean {
    return this.#far !== undefined;
  }

  /** What this process has. @param nowMs on the monotonic clock, where somebody has just looked at it */
  near(key: string, nowMs?: number): NearEntry<Answer> | undefined {
    return this.#near.get(key, nowMs);
  }

  /** The newest that anybody has, for who is not content with what is near. */
  async newest(key: string): Promise<CacheEntry<Answer> | undefined> {
    const found = this.#far === undefined ? undefined : await this.#ask(key, this.#far);
    const near = this.#near.get(key);
    // The same one from here is left as it is: it knows how often it was given.
    const isNewer = found !== undefined && (near === undefined || rankOfEntry(found) > rankOfEntry(near.entry));
    if (isNewer && this.#leftMsOf(found) > 0) this.#keepNear(key, found);
    return this.#near.get(key)?.entry;
  }

  /** Keeps an entry here and for all, unless there is a newer one; a promise where there is anybody else. */
  keep(key: string, entry: CacheEntry<Answer>): Promise<void> | undefined {
    const leftMs = this.#leftMsOf(entry);
    if (leftMs <= 0) return undefined;
    this.#keepNear(key, entry);
    return this.#far === undefined ? undefined : Promise.resolve(this.#far.set(key, entry, leftMs));
  }

  #keepNear(key: string, entry: CacheEntry<Answer>): void {
    this.#near.set(key, { entry, wanted: { hits: 0 }, isRefreshed: false }, this.#leftMsOf(entry));
  }

  #ask(key: string, far: Store<CacheEntry<Answer>>): Promise<CacheEntry<Answer> | undefined> {
    const known = this.#asked.get(key);
    if (known !== undefined) return known;
    const asked = Promise.resolve(far.get(key)).finally(() => this.#asked.delete(key));
    this.#asked.set(key, asked);
    return asked;
  }

  #leftMsOf(entry: CacheEntry<Answer>): number {
    return entry.receivedAtMs + this.#keepMsOf(entry) - this.#clock.monotonicMs();
  }
}
