import { HttpRefusal } from './refusal.ts';

/** Room for the bodies of all requests under way together: each may be as large as allowed, and all of them not. */
export interface BodyBudget {
  /** What one request takes of it. */
  lease(): BodyLease;
}

/** The room that one request's body takes. */
export interface BodyLease {
  /** @throws {HttpRefusal} 503 `OVERLOADED` when there is no room for so many bytes more */
  take(bytes: number): void;
  /** Gives everything back. */
  release(): void;
}

/** A budget of so many bytes. */
export function createBodyBudget(maxBytes: number): BodyBudget {
  const room = { maxBytes, takenBytes: 0 };
  return { lease: () => new Lease(room) };
}

class Lease implements BodyLease {
  readonly #room: { readonly maxBytes: number; takenBytes: number };
  #ownBytes = 0;

  constructor(room: { readonly maxBytes: number; takenBytes: number }) {
    this.#room = room;
  }

  take(bytes: number): void {
    const room = this.#room;
    if (room.takenBytes + bytes > room.maxBytes) throw overloaded();
    room.takenBytes += bytes;
    this.#ownBytes += bytes;
  }

  release(): void {
    this.#room.takenBytes -= this.#ownBytes;
    this.#ownBytes = 0;
  }
}

function overloaded(): HttpRefusal {
  const headers = { 'retry-after': '1', connection: 'close' };
  return new HttpRefusal(503, 'OVERLOADED', 'Too many large requests are under way.', headers);
}
