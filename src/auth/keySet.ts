import type { Clock } from '../domain/clock.ts';
import { GatewayError } from '../domain/errors.ts';
import type { StopSignal } from '../domain/stop.ts';
import type { Keys } from './fetchKeys.ts';

/** When to stop waiting. */
export interface WaitEnd {
  readonly signal: StopSignal;
}

/** The issuer's keys, kept: read seldom, and read again when they grow old or a token names another. */
export interface KeySet {
  /**
   * The keys as they were last read. Old ones are read again in the background, and serve until they can be, for an
   * hour at most.
   *
   * @throws {GatewayError} `AUTH_UNAVAILABLE` when there are none to trust, or the end comes before there are
   */
  current(end: WaitEnd): Promise<Keys>;
  /** The keys, while they are too young to be read again; undefined then, and while there are none. */
  readonly young: Keys | undefined;
  /**
   * Other keys than `known`, for a token that names one that is not among them; null when there are none. However many
   * tokens do, the issuer is asked once in 30 seconds.
   *
   * @throws {GatewayError} `AUTH_UNAVAILABLE` when the issuer cannot say, or not before the end
   */
  newerThan(known: Keys, end: WaitEnd): Promise<Keys | null>;
  /** Reads the keys now, before anybody asks. Never rejects. */
  warm(): Promise<void>;
}

export interface KeySetOptions {
  /** @throws {GatewayError} `AUTH_UNAVAILABLE` */
  readonly fetchKeys: () => Promise<Keys>;
  readonly clock: Clock;
  /** Told of each read that fails. */
  readonly onFailure: (error: unknown) => void;
}

const FRESH_MS = 10 * 60_000;
/** How long a key that was withdrawn may still serve whoever keeps us from the issuer. */
const TRUSTED_MS = 60 * 60_000;
const COOL_DOWN_MS = 30_000;
/** While there are no keys, nobody with a token is let in: that ends as soon as the issuer is back. */
const RETRY_MS = 1000;

/** An empty set; the issuer is asked when it is first needed, or {@link KeySet.warm | warmed}. */
export function createKeySet({ fetchKeys, clock, onFailure }: KeySetOptions): KeySet {
  let known: { readonly keys: Keys; readonly readAtMs: number } | undefined;
  let flight: Promise<void> | undefined;
  let askedAtMs = -Infinity;
  let hasFailed = false;

  function trusted(): Keys | undefined {
    return known !== undefined && clock.monotonicMs() - known.readAtMs < TRUSTED_MS ? known.keys : undefined;
  }

  async function read(): Promise<void> {
    askedAtMs = clock.monotonicMs();
    try {
      const keys = await fetchKeys();
      // The same keys stay the same object: what was checked with them need not be checked again.
      known = { keys: known?.keys.print === keys.print ? known.keys : keys, readAtMs: clock.monotonicMs() };
      hasFailed = false;
    } catch (error) {
      hasFailed = true;
      onFailure(error);
    }
  }

  /** One read at a time, whoever waits for it. */
  function refresh(): Promise<void> {
    flight ??= read().finally(() => (flight = undefined));
    return flight;
  }

  /** How long to wait before the issuer may be asked again; 0 also while it is being asked, for that can be joined. */
  function pauseMs(lengthMs: number): number {
    return flight === undefined ? Math.max(0, askedAtMs + lengthMs - clock.monotonicMs()) : 0;
  }

  return {
    get young() {
      return known !== undefined && clock.monotonicMs() - known.readAtMs < FRESH_MS ? known.keys : undefined;
    },

    async current(end) {
      const keys = trusted();
      if (keys !== undefined) {
        const isOld = clock.monotonicMs() - (known?.readAtMs ?? 0) >= FRESH_MS;
        if (isOld && pauseMs(COOL_DOWN_MS) === 0) void refresh();
        return keys;
      }
      const retryAfterMs = pauseMs(RETRY_MS);
      if (retryAfterMs > 0) throw unavailable(retryAfterMs);
      await unlessAborted(refresh(), end.signal);
      return trusted() ?? raise(unavailable(RETRY_MS));
    },

    async newerThan(seen, end) {
      const changed = () => (known === undefined || known.keys === seen ? null : known.keys);
      if (changed() === null && pauseMs(COOL_DOWN_MS) === 0) await unlessAborted(refresh(), end.signal);
      if (changed() === null && hasFailed) throw unavailable(pauseMs(COOL_DOWN_MS));
      return changed();
    },

    warm: refresh,
  };
}

function unavailable(retryAfterMs: number): GatewayError {
  return new GatewayError('AUTH_UNAVAILABLE', { detail: 'no key set', retryAfterMs });
}

function raise(error: Error): never {
  throw error;
}

/** Waits for what others wait for too, as long as `signal` lets it. */
async function unlessAborted(shared: Promise<void>, signal: StopSignal): Promise<void> {
  let leave: () => void = () => undefined;
  const aborted = new Promise<void>((resolve) => {
    leave = resolve;
    signal.addEventListener('abort', leave);
  });
  if (signal.aborted) leave();
  await Promise.race([shared, aborted]);
  signal.removeEventListener('abort', leave);
  if (signal.aborted) throw unavailable(RETRY_MS);
}
