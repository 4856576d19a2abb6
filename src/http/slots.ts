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
   * Takes a place, which is to be left once.
   *
   * @throws {HttpRefusal} 503 `OVERLOADED` when there is no room
   */
  take(): void {
    this.assertRoom();
    this.#taken += 1;
  }

  /** Leaves a place. */
  leave(): void {
    this.#taken -= 1;
  }
}

function overloaded(): HttpRefusal {
  return new HttpRefusal(503, 'OVERLOADED', 'Too many operations are under way.', { 'retry-after': '1' });
}
