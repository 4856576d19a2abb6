/**
 * What tells a read to stop: as much of an AbortSignal as is listened to here, so that every AbortSignal is one. Node's own
 * costs as much as a tenth of a read, for it is an event target that others may extend and watch.
 */
export interface StopSignal {
  readonly aborted: boolean;
  /** The error to show; undefined until it aborts. */
  readonly reason: unknown;
  /** Calls back once, when it aborts; never if it has. */
  addEventListener(type: 'abort', listener: StopListener): void;
  removeEventListener(type: 'abort', listener: StopListener): void;
}

/** As of any event: a function, or an object that handles it, which needs no function of its own. */
export type StopListener = (() => void) | { handleEvent(): void };

/** A signal, and who gives it: for what begins and ends within the gateway. */
export class Stop implements StopSignal {
  #reason: unknown;
  #aborted = false;
  /** Most have one listener, or none: an array takes room for many. */
  #first: StopListener | undefined;
  /** Behind the first, in the order they came; few, for each read has its own signal. */
  #others: StopListener[] | undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  addEventListener(_type: 'abort', listener: StopListener): void {
    if (this.#aborted) return;
    if (this.#first === undefined && this.#others === undefined) this.#first = listener;
    else if (this.#others === undefined) this.#others = [listener];
    else this.#others.push(listener);
  }

  removeEventListener(_type: 'abort', listener: StopListener): void {
    if (this.#first === listener) {
      this.#first = undefined;
      return;
    }
    const index = this.#others?.indexOf(listener) ?? -1;
    if (index >= 0) this.#others?.splice(index, 1);
  }

  /** Tells all who listen; only the first reason counts. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    // One by one: who takes itself away while others are told is not told any more.
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      if (typeof next === 'function') next();
      else next.handleEvent();
    }
  }

  #next(): StopListener | undefined {
    const first = this.#first;
    this.#first = undefined;
    return first ?? this.#others?.shift();
  }
}
