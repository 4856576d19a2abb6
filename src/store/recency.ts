/** What stands in one {@link Recency} at a time. */
export interface Ranked<Item> {
  older: Item | undefined;
  newer: Item | undefined;
}

/**
 * Items in the order they were used in. A list that is linked through its items: it takes no room besides, neither for each
 * nor for as many as there may be.
 */
export class Recency<Item extends Ranked<Item>> {
  #oldest: Item | undefined;
  #newest: Item | undefined;

  /** What was used least recently. */
  get oldest(): Item | undefined {
    return this.#oldest;
  }

  /** Puts in an item that is not here, as the one used last. */
  add(item: Item): void {
    item.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = item;
    else this.#newest.newer = item;
    this.#newest = item;
  }

  /** Makes an item that is here the one used last. */
  use(item: Item): void {
    if (item === this.#newest) return;
    this.remove(item);
    this.add(item);
  }

  /** Takes out an item that is here. */
  remove(item: Item): void {
    const { older, newer } = item;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    item.older = item.newer = undefined;
  }
}
