import type { Clock } from '../../domain/clock.ts';
import type { NearStore, Store } from '../../store/store.ts';
import type { AnswerForm } from './answerForms.ts';
import { openAnswer, writeAnswer } from './answerText.ts';
import { rankOfEntry, type CacheEntry } from './cacheEntry.ts';
import type { NearEntry, OpenedAnswer } from './nearEntry.ts';

export interface CacheTiersOptions<Answer> {
  readonly near: NearStore<NearEntry>;
  readonly opened: NearStore<OpenedAnswer<Answer>>;
  readonly far: Store<CacheEntry<Answer>> | undefined;
  readonly form: AnswerForm<Answer>;
  readonly clock: Clock;
  /** How old an entry may become. */
  readonly keepMsOf: (entry: Pick<CacheEntry<Answer>, 'kind'>) => number;
  /** For how long an answer that was read from its text stays as objects. */
  readonly freshMs: number;
}

/** Where entries are kept: in this process, and behind that, where there is one, in a store that all gateways share. */
export class CacheTiers<Answer extends { readonly readAt: Date }> {
  readonly #options: CacheTiersOptions<Answer>;
  readonly #near: NearStore<NearEntry>;
  /** One question at a time to the shared store for each key. */
  readonly #asked = new Map<string, Promise<CacheEntry<Answer> | undefined>>();

  constructor(options: CacheTiersOptions<Answer>) {
    this.#options = options;
    this.#near = options.near;
  }

  /** Whether others may have something newer than this process. */
  get isShared(): boolean {
    return this.#options.far !== undefined;
  }

  /** What this process has. @param nowMs on the monotonic clock, where somebody has just looked at it */
  near(key: string, nowMs?: number): NearEntry | undefined {
    return this.#near.get(key, nowMs);
  }

  /** The answer of an entry that this process has under this key, whose text this is. */
  answerOf(key: string, near: NearEntry, text: string): Answer {
    const { opened, form, clock, freshMs } = this.#options;
    const known = opened.get(key);
    if (known?.from === near) return known.answer;
    const answer = openAnswer(form, text);
    // Once is for the whole answer that is remembered then; who opens it again asks for something else of it.
    const isOpenedAgain = (near.part?.hits ?? 0) > 1;
    const leftMs = near.receivedAtMs + freshMs - clock.monotonicMs();
    if (isOpenedAgain && leftMs > 0) opened.set(key, { from: near, answer }, leftMs);
    return answer;
  }

  /** The newest that anybody has, for who is not content with what is near. */
  async newest(key: string): Promise<NearEntry | undefined> {
    const { far } = this.#options;
    const found = far === undefined ? undefined : await this.#ask(key, far);
    const near = this.#near.get(key);
    // The same one from here is left as it is: it knows how often it was given.
    const isNewer = found !== undefined && (near === undefined || rankOfEntry(found) > rankOfEntry(near));
    // As new here as any that is read: that others have it makes it no more wanted.
    return isNewer ? this.keepNear(key, found) : near;
  }

  /** Keeps an entry here, unless there is a newer one. */
  keepNear(key: string, entry: CacheEntry<Answer>): NearEntry | undefined {
    const leftMs = this.#leftMsOf(entry);
    if (leftMs <= 0) return undefined;
    const { askedAtMs, receivedAtMs } = entry;
    const kept = entry.kind === 'answer' ? writeAnswer(this.#options.form, entry.answer) : entry.platformCode;
    const near = { kept, askedAtMs, receivedAtMs, isRefreshed: false, part: undefined };
    this.#near.set(key, near, leftMs);
    return near;
  }

  /** Keeps an entry for all, unless there is a newer one; a promise where there is anybody else. */
  share(key: string, entry: CacheEntry<Answer>): Promise<void> | undefined {
    const { far } = this.#options;
    const leftMs = this.#leftMsOf(entry);
    return far === undefined || leftMs <= 0 ? undefined : Promise.resolve(far.set(key, entry, leftMs));
  }

  #ask(key: string, far: Store<CacheEntry<Answer>>): Promise<CacheEntry<Answer> | undefined> {
    const known = this.#asked.get(key);
    if (known !== undefined) return known;
    const asked = Promise.resolve(far.get(key)).finally(() => this.#asked.delete(key));
    this.#asked.set(key, asked);
    return asked;
  }

  #leftMsOf(entry: CacheEntry<Answer>): number {
    const { clock, keepMsOf } = this.#options;
    return entry.receivedAtMs + keepMsOf(entry) - clock.monotonicMs();
  }
}
