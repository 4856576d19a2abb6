import type { Clock } from '../../domain/clock.ts';
import type { Priority } from '../../domain/operation.ts';
import { LocalQuota } from './localQuota.ts';
import type { Grant } from './quota.ts';
import { PACED_FROM, type QuotaRules } from './quotaWindow.ts';

/** What was last seen of the shared quota. */
export interface SharedSight {
  readonly used: number;
  readonly limit: number;
  readonly gateways: number;
}

/** What others may have taken of the paced half between two looks, as a share of the limit. */
const UNSEEN_SHARE = 0.02;

/** A gateway that has not been seen for this long is gone, or cut off. */
export const ALIVE_MS = 3000;

/** A call that was let through here. */
export interface OwnCall {
  readonly atMs: number;
  readonly priority: Priority;
}

/** From when on this gateway is on its own, and what it may then use in a window. */
interface Loss {
  readonly atMs: number;
  readonly mayUse: number;
  /** Of it, what it had not used by then. */
  readonly left: number;
  /** Redis is there, but its log began anew: what others had let through is not in it. */
  readonly isLog: boolean;
}

/**
 * What one gateway may do of a shared quota on its own while Redis is away: its share. In the first window after the loss,
 * what all have let through together before still counts, and nobody here knows who did: so a gateway then only does
 * what it did before, and its part of what was left. That holds too while a log that was lost is filled anew: each gateway
 * tells it of its own calls, but not all at the same moment.
 */
export class FallbackQuota {
  readonly #rules: QuotaRules;
  readonly #replicas: number;
  readonly #clock: Clock;
  readonly #local: LocalQuota;
  /** Oldest first, those of the last window: what the log of an epoch knows of, and what no log does. */
  #told: OwnCall[] = [];
  #untold: OwnCall[] = [];
  #toldEpoch = '';
  #sight: SharedSight | undefined;
  #loss: Loss | undefined;

  constructor(rules: QuotaRules, replicas: number, clock: Clock) {
    this.#rules = rules;
    this.#replicas = replicas;
    this.#clock = clock;
    this.#local = new LocalQuota(rules, clock);
  }

  /** Redis has answered. */
  seen(sight: SharedSight): void {
    this.#sight = sight;
    if (!this.#isBound()) this.#loss = undefined;
  }

  /** Redis does not answer. */
  lost(): void {
    this.#loss ??= { ...this.#measured(), isLog: false };
  }

  /** Redis answers, and its log is another than before. */
  lostLog(): void {
    const { mayUse, left } = this.#loss ?? this.#measured();
    this.#loss = { atMs: this.#clock.monotonicMs(), mayUse, left, isLog: true };
  }

  /** How long until a call may go, as far as this gateway has to bound itself though Redis answers; 0 for now. */
  boundMs(): number {
    return this.#isBound() ? this.#local.waitMs(this.limit()) : 0;
  }

  #measured(): Omit<Loss, 'isLog'> {
    const { limit } = this.#rules;
    // Up to the paced half others may have taken places in a burst since the last look.
    const taken = Math.max(this.#sight?.used ?? 0, limit * PACED_FROM) + limit * UNSEEN_SHARE;
    const left = this.#sight === undefined ? this.#share() : Math.max(0, (limit - taken) / this.#gateways());
    return { atMs: this.#clock.monotonicMs(), mayUse: Math.floor(this.#local.used() + left), left: Math.floor(left) };
  }

  take(priority: Priority): Grant {
    const waitMs = this.#missedInMs();
    if (waitMs > 0) return { granted: false, waitMs };
    const grant = this.#local.takeNow(priority, this.limit());
    if (!grant.granted) return grant;
    return this.#keep('untold', priority, grant.giveBack);
  }

  /** Notes a call that the log of this epoch has let through. */
  note(epoch: string, priority: Priority): { readonly giveBack: () => void } {
    this.#toldEpoch = epoch;
    return this.#keep('told', priority, this.#local.note(priority).giveBack);
  }

  /** The calls that the log of this epoch does not know of. */
  untold(epoch: string): readonly OwnCall[] {
    this.#forget();
    return epoch === this.#toldEpoch ? this.#untold : [...this.#told, ...this.#untold];
  }

  /** The log of this epoch knows of these now. */
  tell(calls: readonly OwnCall[], epoch: string): void {
    const told = new Set(calls);
    this.#told = [...this.#told, ...this.#untold.filter((call) => told.has(call))];
    this.#untold = this.#untold.filter((call) => !told.has(call));
    this.#toldEpoch = epoch;
  }

  /** Calls that fit in a window now. */
  limit(): number {
    const share = this.#share();
    return this.#loss !== undefined && this.#isFirstWindow(this.#loss) ? Math.min(share, this.#loss.mayUse) : share;
  }

  remaining(): number {
    return Math.max(0, this.limit() - this.#local.used());
  }

  /**
   * How long the others may take this gateway for one that is there, once it has used its part of what was left; 0 where
   * it may go on. If it alone is cut off, they are given the places that its old calls leave until it is missed: none of
   * them is its own before.
   */
  #missedInMs(): number {
    if (this.#loss === undefined || this.#loss.isLog || this.#gateways() === 1) return 0;
    const { atMs: lostAtMs, left } = this.#loss;
    const waitMs = lostAtMs + ALIVE_MS - this.#clock.monotonicMs();
    if (waitMs <= 0) return 0;
    return this.#untold.filter(({ atMs }) => atMs >= lostAtMs).length < left ? 0 : waitMs;
  }

  #isBound(): boolean {
    return this.#loss !== undefined && this.#loss.isLog && this.#isFirstWindow(this.#loss);
  }

  #isFirstWindow({ atMs }: Loss): boolean {
    return this.#clock.monotonicMs() < atMs + this.#rules.windowMs;
  }

  #share(): number {
    return Math.floor(this.#rules.limit / this.#gateways());
  }

  #gateways(): number {
    return Math.max(this.#replicas, this.#sight?.gateways ?? 1);
  }

  #keep(where: 'told' | 'untold', priority: Priority, giveBack: () => void): Extract<Grant, { granted: true }> {
    this.#forget();
    const call = { atMs: this.#clock.monotonicMs(), priority };
    if (where === 'told') this.#told.push(call);
    else this.#untold.push(call);
    return {
      granted: true,
      giveBack: () => {
        giveBack();
        this.#told = this.#told.filter((each) => each !== call);
        this.#untold = this.#untold.filter((each) => each !== call);
      },
    };
  }

  #forget(): void {
    const sinceMs = this.#clock.monotonicMs() - this.#rules.windowMs;
    this.#told = since(sinceMs, this.#told);
    this.#untold = since(sinceMs, this.#untold);
  }
}

/** Without the calls before `sinceMs`; the same list where there are none. */
function since(sinceMs: number, calls: OwnCall[]): OwnCall[] {
  const kept = calls.findIndex(({ atMs }) => atMs > sinceMs);
  if (kept === 0) return calls;
  return kept < 0 ? [] : calls.slice(kept);
}
