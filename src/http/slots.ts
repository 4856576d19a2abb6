import { HttpRefusal } from './refusal.ts';

/** Room for so many operations at once: what is taken beyond it would make all of them slow, and none come to an end. */
export class OperationSlots {
  readonly #max: number;
  #taken = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Operations under way. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether there is room for one more. */
  get hasRoom(): boolean {
    return this.#taken < this.#max;
  }

  /** @throws {HttpRefusal} 503 `OVERLOADED` when there is no room */
  assertRoom(): void {
    if (!this.hasRoom) throw overloaded();
  }

  /**
   * Takes a place, to be left once.
   *
   * @throws {HttpRefusal} 503 `OVERLOADED` when there is no room
   */
  take(): Slot {
    this.assertRoom();
    this.#taken += 1;
    return this;
  }

  /** Leaves a place. */
  leave(): void {
    this.#taken -= 1;
  }
}

/** A place that was taken. */
export type Slot = Pick<OperationSlots, 'leave'>;

function overloaded(): HttpRefusal {
  return new HttpRefusal(503, 'OVERLOADED', 'Too many operations are under way.', { 'retry-after': '1' });
}
