import type { Clock } from '../../domain/clock.ts';
import { GatewayError } from '../../domain/errors.ts';
import { DEADLINE } from '../../domain/operation.ts';
import { Stop } from '../../domain/stop.ts';
import type { Telemetry } from '../../domain/telemetry.ts';
import type { PlatformAnswer } from '../answer/answer.ts';
import { attempt } from './attempt.ts';
import type { CallContext } from './call.ts';
import type { EndpointName } from '../answer/endpointName.ts';
import type { HttpRequest, Transport } from '../transport/http.ts';
import { PlatformProblem } from '../answer/problem.ts';
import { Failed, type Done, type Outcome } from '../outcome.ts';
import type { QuotaGate } from '../quota/quotaGate.ts';

/**
 * Sends one request through the gate, as soon as it is its turn, and cuts it off when it has had its time. Everything
 * that reaches the platform goes this way, token calls included.
 */
export type Sender = (
  endpoint: EndpointName,
  request: HttpRequest,
  context: CallContext,
  done: Done<PlatformAnswer>,
) => void;

export interface SenderOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly gate: QuotaGate;
  readonly telemetry: Telemetry;
}

/** A sender over one transport and one gate. */
export function createSender(options: SenderOptions): Sender {
  return (endpoint, request, context, done) =>
    options.gate.pass(context, (ended) => new Sending(options, endpoint, context, ended).begin(request), done);
}

/** One request on its way. */
class Sending {
  readonly #options: SenderOptions;
  readonly #endpoint: EndpointName;
  readonly #context: CallContext;
  readonly #done: Done<PlatformAnswer>;
  readonly #sentAtMs: number;
  /** Cuts it off: the asker leaves, or it has had its time. */
  readonly #cut = new Stop();
  #cancel: (() => void) | undefined;

  constructor(options: SenderOptions, endpoint: EndpointName, context: CallContext, done: Done<PlatformAnswer>) {
    this.#options = options;
    this.#endpoint = endpoint;
    this.#context = context;
    this.#done = done;
    this.#sentAtMs = options.clock.monotonicMs();
  }

  begin(request: HttpRequest): void {
    const { signal, secondChance, meter } = this.#context;
    meter.platformCalls += 1;
    if (signal.aborted) this.handleEvent();
    signal.addEventListener('abort', this);
    if (secondChance !== undefined) {
      this.#cancel = this.#options.clock.after(secondChance.afterMs, () => {
        if (secondChance.take()) this.#cut.abort(noAnswer(this.#endpoint, 'transient'));
      });
    }
    const done: Done<PlatformAnswer> = (outcome) => this.#end(outcome);
    attempt(this.#options, this.#endpoint, request, { signal: this.#cut, done });
  }

  /** The asker leaves. */
  handleEvent(): void {
    this.#cut.abort(this.#context.signal.reason);
  }

  #end(outcome: Outcome<PlatformAnswer>): void {
    this.#cancel?.();
    this.#context.signal.removeEventListener('abort', this);
    this.#done(this.#told(outcome));
  }

  #told(outcome: Outcome<PlatformAnswer>): Outcome<PlatformAnswer> {
    try {
      return outcome instanceof Failed ? this.#failureOf(outcome) : this.#answered(outcome);
    } catch (error) {
      return new Failed(error);
    }
  }

  #answered(answer: PlatformAnswer): PlatformAnswer {
    this.#options.telemetry.platformCallEnded(this.#endpoint, 'ok', this.#tookMs());
    return answer;
  }

  #failureOf(failed: Failed): Failed {
    const { reason } = failed;
    const durationMs = this.#tookMs();
    // The deadline came first. Had the platform had its time, that it did not answer is its failure.
    const isDeadline =
      reason === this.#context.signal.reason && reason instanceof GatewayError && reason.code === 'PLATFORM_TIMEOUT';
    const isSlow = isDeadline && durationMs >= FAIR_MS && reason.facts.detail === DEADLINE;
    const failure = isSlow ? noAnswer(this.#endpoint, 'final') : reason;
    const { telemetry } = this.#options;
    // Anything else that ends it is the asker's reason for leaving: it tells nothing of the platform.
    if (failure instanceof PlatformProblem) {
      telemetry.platformCallEnded(this.#endpoint, failure.code, durationMs, failure.facts.detail);
    } else {
      telemetry.platformCallEnded(this.#endpoint, 'abandoned', durationMs);
    }
    return isSlow ? new Failed(failure) : failed;
  }

  #tookMs(): number {
    return this.#options.clock.monotonicMs() - this.#sentAtMs;
  }
}

/** A platform that has not answered by then is slow, whatever the caller's own deadline. */
const FAIR_MS = 400;

function noAnswer(endpoint: EndpointName, kind: 'transient' | 'final'): PlatformProblem {
  return new PlatformProblem('PLATFORM_TIMEOUT', kind, { endpoint, detail: 'no answer in time' });
}
