import type { Worker } from 'node:cluster';
import type { Clock } from '../domain/clock.ts';
import type { Health } from '../observe/health.ts';
import type { MetricsReport } from '../observe/report.ts';
import type { ToPrimary, ToWorker } from './messages.ts';
import type { QuotaKeeper } from './quotaKeeper.ts';

/** A worker that has not answered by then is busy: what it last said stands for it. Who probes waits a second or so. */
const ANSWER_WITHIN_MS = 500;

export interface MemberOptions {
  readonly worker: Worker;
  /** The first thing it is told. */
  readonly begin: () => Extract<ToWorker, { kind: 'begin' }>;
  readonly quota: QuotaKeeper;
  /** It has heard that the platform takes no calls. */
  readonly onQuotaClosed: () => void;
  readonly clock: Clock;
}

/** How a worker ended. */
export interface End {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Whether it had begun. */
  readonly hasServed: boolean;
  /** Why it could not begin, in its own words; null when it did not say, or had begun. */
  readonly reason: string | null;
}

/** One worker process as the primary process sees it. */
export class Member {
  /** Its address, once it listens. @throws {Error} when it ends before */
  readonly listening: Promise<string>;
  readonly ended: Promise<End>;
  readonly #options: MemberOptions;
  readonly #questions = new Map<number, () => void>();
  #lastQuestion = 0;
  #isServing = false;
  #health: Health | undefined;
  #metrics: MetricsReport | undefined;

  constructor(options: MemberOptions) {
    this.#options = options;
    const { worker } = options;
    let reason: string | null = null;
    this.ended = new Promise((resolve) => {
      const end = (exitCode: number | null, signal: string | null) => {
        const hasServed = this.#isServing;
        this.#isServing = false;
        for (const settle of this.#questions.values()) settle();
        resolve({ exitCode, signal, hasServed, reason });
      };
      worker.once('exit', end);
      worker.on('error', () => {
        if (worker.process.pid !== undefined) return; // Of a process that was there `exit` tells.
        reason = 'the system could not start it';
        end(null, null);
      });
    });
    const places = options.quota.placesOfWorker();
    this.listening = new Promise((resolve, reject) => {
      worker.on('message', (message: ToPrimary) => {
        switch (message.kind) {
          case 'hello':
            this.tell(options.begin());
            break;
          case 'listening':
            this.#isServing = true;
            resolve(message.url);
            break;
          case 'failed':
            reason = message.reason;
            break;
          case 'answer':
            this.#answered(message);
            break;
          default:
            void places.handle(message, (place) => this.tell(place));
            if (message.kind === 'closeQuota') options.onQuotaClosed();
        }
      });
      void this.ended.then((end) =>
        reject(new Error(end.reason ?? `A worker ended before it served (${howOf(end)}).`)),
      );
    });
    this.listening.catch(() => undefined); // Who waits for it hears of it; who does not, of the end.
  }

  /** The system's number for its process. */
  get pid(): number | undefined {
    return this.#options.worker.process.pid;
  }

  /** Whether it takes requests. */
  get isServing(): boolean {
    return this.#isServing;
  }

  /** What it has counted, as far as is known; undefined before it was first asked. */
  get lastMetrics(): MetricsReport | undefined {
    return this.#metrics;
  }

  /** Says something to it; to one that is gone, nothing. */
  tell(message: ToWorker): void {
    if (this.#options.worker.isConnected()) this.#options.worker.send(message, () => undefined);
  }

  /** How it is; undefined when that is not known. */
  async health(): Promise<Health | undefined> {
    await this.#ask('health');
    return this.#health;
  }

  /** What it has counted; undefined when that is not known. */
  async metrics(): Promise<MetricsReport | undefined> {
    await this.#ask('metrics');
    return this.#metrics;
  }

  /** Ends it at once. */
  kill(): void {
    this.#options.worker.process.kill('SIGKILL');
  }

  #ask(about: 'health' | 'metrics'): Promise<void> {
    if (!this.#isServing) return Promise.resolve();
    const question = (this.#lastQuestion += 1);
    return new Promise((resolve) => {
      const settle = () => {
        this.#questions.delete(question);
        cancel();
        resolve();
      };
      const cancel = this.#options.clock.after(ANSWER_WITHIN_MS, settle);
      this.#questions.set(question, settle);
      this.tell({ kind: 'ask', question, about });
    });
  }

  #answered(answer: Extract<ToPrimary, { kind: 'answer' }>): void {
    if ('health' in answer) this.#health = answer.health;
    else this.#metrics = answer.metrics;
    this.#questions.get(answer.question)?.();
  }
}

/** How a process ended, in a word. */
export function howOf({ exitCode, signal }: Pick<End, 'exitCode' | 'signal'>): string {
  return signal ?? `exit code ${exitCode ?? 'unknown'}`;
}
