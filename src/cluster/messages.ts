import type { Priority } from '../domain/operation.ts';
import type { Health } from '../observe/health.ts';
import type { MetricsReport } from '../observe/report.ts';
import type { SandboxFacts } from '../app/sandbox.ts';

/** What is known of the quota: calls that fit in a window, and those left in it. */
export interface QuotaSight {
  readonly limit: number;
  readonly left: number;
}

/** What the primary process says to a worker. */
export type ToWorker =
  /** Answers `hello`: what it needs to begin. */
  | {
      readonly kind: 'begin';
      readonly sandbox: SandboxFacts | null;
      readonly maxConcurrent: number;
      readonly sight: QuotaSight;
    }
  /** Answers `take`: a place, or how long to wait; null for no end of it. */
  | { readonly kind: 'place'; readonly ticket: number; readonly granted: true; readonly sight: QuotaSight }
  | {
      readonly kind: 'place';
      readonly ticket: number;
      readonly granted: false;
      readonly waitMs: number | null;
      readonly isClosed: boolean;
      readonly sight: QuotaSight;
    }
  /** The quota has another state than was last said. */
  | { readonly kind: 'sight'; readonly sight: QuotaSight }
  | { readonly kind: 'ask'; readonly question: number; readonly about: 'health' | 'metrics' }
  /** End in good order. */
  | { readonly kind: 'close' };

/** What a worker says to the primary process. */
export type ToPrimary =
  /** It listens to what the primary says. */
  | { readonly kind: 'hello' }
  | { readonly kind: 'listening'; readonly url: string }
  /** It could not begin. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'take'; readonly ticket: number; readonly priority: Priority }
  | { readonly kind: 'giveBack'; readonly ticket: number }
  /** The platform takes no calls for so long. */
  | { readonly kind: 'closeQuota'; readonly forMs: number }
  | { readonly kind: 'answer'; readonly question: number; readonly health: Health }
  | { readonly kind: 'answer'; readonly question: number; readonly metrics: MetricsReport };
