import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../observe/logger.ts';
import type { End, Member } from './member.ts';
import type { ToWorker } from './messages.ts';

/** A worker, as far as its crew needs it. */
export type Hired = Pick<Member, 'pid' | 'listening' | 'ended' | 'tell' | 'kill'>;

export interface CrewOptions<One extends Hired> {
  /** How many workers there are to be. */
  readonly size: number;
  /** Starts the process of one of them, 0 being the first. */
  readonly hire: (index: number) => One;
  /** One is gone for good. */
  readonly onGone: (member: One) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One that lived for so long did not die of its start. */
const LONG_LIFE_MS = 10_000;
const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 30_000;

/** The workers: as many as there are to be, each replaced when it dies, the sooner the longer it lived. */
export class Crew<One extends Hired> {
  readonly #options: CrewOptions<One>;
  readonly #members = new Map<number, One>();
  readonly #pauses = new Map<number, () => void>();
  #isStarting = true;
  #isClosing = false;

  constructor(options: CrewOptions<One>) {
    this.#options = options;
  }

  /** Those that are there now. */
  get members(): readonly One[] {
    return [...this.#members.values()];
  }

  /** Says the same to all. */
  tellAll(message: ToWorker): void {
    for (const member of this.members) member.tell(message);
  }

  /**
   * Starts all of them, and gives the address they serve.
   *
   * @throws {Error} when one cannot begin; then there is none left
   */
  async start(): Promise<string> {
    const indices = Array.from({ length: this.#options.size }, (_, index) => index);
    for (const index of indices) this.#hire(index, MIN_PAUSE_MS);
    try {
      const [url = ''] = await Promise.all(this.members.map(({ listening }) => listening));
      return url;
    } catch (error) {
      // Such as a port that is taken: trying again would change nothing, and every worker says the same.
      await this.abandon();
      throw error;
    } finally {
      this.#isStarting = false;
    }
  }

  /** Has all of them end in good order; those that have not by then, at once. */
  async close(withinMs: number): Promise<void> {
    const { clock, logger } = this.#options;
    this.#hireNoMore();
    this.tellAll({ kind: 'close' });
    const cancel = clock.after(withinMs, () => {
      logger.error({ workers: this.#members.size }, 'workers did not end in time, and are ended');
      for (const member of this.members) member.kill();
    });
    await this.#allEnded();
    cancel();
  }

  /** Ends all of them at once. */
  async abandon(): Promise<void> {
    this.#hireNoMore();
    for (const member of this.members) member.kill();
    await this.#allEnded();
  }

  #hireNoMore(): void {
    this.#isClosing = true;
    for (const cancel of this.#pauses.values()) cancel();
  }

  async #allEnded(): Promise<void> {
    await Promise.all(this.members.map(({ ended }) => ended));
  }

  #hire(index: number, pauseMs: number): void {
    const { clock, hire, logger } = this.#options;
    this.#pauses.delete(index);
    const sinceMs = clock.monotonicMs();
    const member = hire(index);
    this.#members.set(index, member);
    logger.debug({ worker: index + 1, pid: member.pid }, 'a worker starts');
    void member.ended.then((end) => {
      this.#members.delete(index);
      this.#options.onGone(member);
      // Of one that cannot begin in the first place `start` tells.
      if (this.#isClosing || (this.#isStarting && !end.hasServed)) return;
      const livedMs = clock.monotonicMs() - sinceMs;
      this.#replace(index, end, livedMs >= LONG_LIFE_MS ? MIN_PAUSE_MS : pauseMs);
    });
  }

  #replace(index: number, { exitCode, signal, reason }: End, pauseMs: number): void {
    const { clock, logger } = this.#options;
    logger.error({ worker: index + 1, exitCode, signal, reason, pauseMs }, 'a worker ended, and is replaced');
    this.#pauses.set(
      index,
      clock.after(pauseMs, () => this.#hire(index, Math.min(2 * pauseMs, MAX_PAUSE_MS))),
    );
  }
}
