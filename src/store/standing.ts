import { Recency, type Ranked } from './recency.ts';

/** What can be let go for another. */
export interface Standing<Item> extends Ranked<Item> {
  readonly bytes: number;
  /** Whether it was used since it is here. */
  isUsed: boolean;
  /** When it came, or came back, to those that nobody has used, by {@link StandingOptions.stampOf}. */
  stamp: number;
}

export interface StandingOptions {
  readonly maxBytes: number;
  /** Tells how far something else has come whose order with these counts; never less than before. */
  readonly stampOf: () => number;
}

/** Of all bytes, for what was used: the rest is for what is new, to be there still when it is asked for again. */
const USED_SHARE = 0.5;

/**
 * In which order things go: what nobody has used before what somebody has, each the longest unused first. So those whom
 * nobody asks for twice, however many, push out none of those who are asked for again and again ("segmented LRU": Karedla,
 * Love, Wherry, Caching Strategies to Improve Disk System Performance, IEEE Computer 27/3, 1994).
 */
export class StandingOrder<Item extends Standing<Item>> {
  readonly #maxUsedBytes: number;
  readonly #stampOf: () => number;
  readonly #new = new Recency<Item>();
  readonly #used = new Recency<Item>();
  #usedBytes = 0;

  constructor({ maxBytes, stampOf }: StandingOptions) {
    this.#maxUsedBytes = USED_SHARE * maxBytes;
    this.#stampOf = stampOf;
  }

  /** What is to go first. */
  get first(): Item | undefined {
    return this.#new.oldest ?? this.#used.oldest;
  }

  /** Puts in an item that is not here. */
  add(item: Item): void {
    item.isUsed &&= this.#canBeUsed(item);
    if (item.isUsed) this.#addUsed(item);
    else this.#addNew(item);
  }

  /** An item that is here was used. */
  use(item: Item): void {
    if (item.isUsed) {
      this.#used.use(item);
      return;
    }
    if (!this.#canBeUsed(item)) {
      this.#new.remove(item);
      this.#addNew(item);
      return;
    }
    this.#new.remove(item);
    item.isUsed = true;
    this.#addUsed(item);
  }

  /** Takes out an item that is here. */
  remove(item: Item): void {
    if (!item.isUsed) {
      this.#new.remove(item);
      return;
    }
    this.#used.remove(item);
    this.#usedBytes -= item.bytes;
  }

  /** One that is larger than all the room of those that were used would push out every one of them. */
  #canBeUsed({ bytes }: Item): boolean {
    return bytes <= this.#maxUsedBytes;
  }

  #addUsed(item: Item): void {
    this.#used.add(item);
    this.#usedBytes += item.bytes;
    // Those it has no room for are as if new, and may be used again.
    while (this.#usedBytes > this.#maxUsedBytes) {
      const { oldest } = this.#used;
      if (oldest === undefined) return;
      this.remove(oldest);
      oldest.isUsed = false;
      this.#addNew(oldest);
    }
  }

  #addNew(item: Item): void {
    item.stamp = this.#stampOf();
    this.#new.add(item);
  }
}
