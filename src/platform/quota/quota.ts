import type { Priority } from '../../domain/operation.ts';

/** Whether a call may go now; if not, when to ask again. */
export type Grant =
  | {
      readonly granted: true;
      /** Gives the place back, when the call was not sent after all. */
      readonly giveBack: () => void;
    }
  | {
      readonly granted: false;
      readonly waitMs: number;
      /** Whether the platform has closed the door, which another gateway was told. */
      readonly isClosed?: boolean;
    };

/** Where the quota of the API key is kept: in this process, or shared over Redis. */
export interface Quota {
  /** Takes one call's place if there is one now. A promise only where somebody else has to be asked. */
  take(priority: Priority): Grant | Promise<Grant>;
  /** Calls left in the window, as far as is known here. */
  remaining(): number;
  /** Calls that fit in a window, as far as is known here. */
  limit(): number;
  /** Calls in a window that this gateway may count on while all others are as busy. */
  share(): number;
  /** The platform takes no calls for so long: tells whoever shares the quota. */
  close(forMs: number): void;
  /** Stops sharing. */
  leave(): void;
}

/** The refresh class never has more than this share of a window, whatever else is free. */
export const REFRESH_SHARE = 0.2;
