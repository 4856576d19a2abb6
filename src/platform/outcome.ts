/** That something failed, and why: in the place of what it would have given. */
export class Failed {
  readonly reason: unknown;

  constructor(reason: unknown) {
    this.reason = reason;
  }
}

/** What something ended with. */
export type Outcome<T> = T | Failed;

/**
 * Told once how something has ended; it throws nothing. The layers below a read hand one another these instead of
 * promises: a promise that every layer waits for costs more than what the layer does, and lives for as long as the
 * platform takes to answer.
 */
export type Done<T> = (outcome: Outcome<T>) => void;

/** Settles a promise with what `read` makes of what is told, or with why there is nothing. */
export function readerOf<T, Value>(
  read: (told: T) => Value,
  resolve: (value: Value) => void,
  reject: (reason: unknown) => void,
): Done<T> {
  return (outcome) => {
    if (outcome instanceof Failed) {
      reject(outcome.reason);
      return;
    }
    try {
      resolve(read(outcome));
    } catch (error) {
      reject(error);
    }
  };
}

/** The promise of what `begin` will tell. */
export function promiseOf<T>(begin: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => begin(readerOf((told: T) => told, resolve, reject)));
}

/** Tells what there is, or what is promised when it is there. */
export function tell<T>(promised: T | Promise<T>, done: Done<T>): void {
  if (promised instanceof Promise) promised.then(done, (reason: unknown) => done(new Failed(reason)));
  else done(promised);
}
