import { Failed, tell } from '../../../src/platform/outcome.ts';
import type { HttpAnswer, HttpRequest, Transport } from '../../../src/platform/transport/http.ts';
import { TransportError } from '../../../src/platform/transport/transportError.ts';
import { waitFor } from '../../../src/platform/waitFor.ts';
import { balanceBody, callAsked, errorBody, ledgerBody, tokenBody, type CallAsked } from '../../support/answers.ts';
import type { Random } from '../../support/random.ts';
import { delay, type SimulatedClock } from './simulatedClock.ts';

/** What the platform does with one call. */
export type Behaviour =
  'answer' | 'fail' | 'refuse' | 'deny' | 'reset' | 'unreachable' | 'stall' | 'malformed' | 'empty' | 'other customer';

/** A call as it arrived at the platform. */
export interface ArrivedCall extends CallAsked {
  readonly arrivedAtMs: number;
  readonly behaviour: Behaviour;
}

export interface SimulatedPlatformOptions {
  readonly clock: SimulatedClock;
  readonly random: Random;
  /** Calls it takes in any sliding minute; one more is refused with 429. */
  readonly limitPerMinute: number;
  readonly tokenSeconds: number;
  /** How long a call travels to the platform. */
  readonly travelMs: () => number;
  /** How long the platform thinks, the way back included. */
  readonly latencyMs: () => number;
}

/** The platform at the other end of an in-memory transport; one for all replicas of a simulation. */
export interface SimulatedPlatform {
  readonly transport: Transport;
  /** Every call that arrived, tokens included, in order. */
  readonly arrivals: readonly ArrivedCall[];
  /** Calls refused because the minute was full: each one is a target missed. */
  readonly refusedForQuota: number;
  /** Tokens given out. */
  readonly tokensGiven: number;
  /** From now on decides what happens to a call; `answer` to all until told. */
  behave(behaviour: (call: CallAsked) => Behaviour): void;
  /** From now on refuses every token it has given out so far. */
  revokeTokens(): void;
}

const WINDOW_MS = 60_000;

/** It answers about the id asked for, wants a valid token, counts every minute, and misbehaves when told. */
export function createSimulatedPlatform(options: SimulatedPlatformOptions): SimulatedPlatform {
  const { clock, random, limitPerMinute, tokenSeconds, travelMs, latencyMs } = options;
  const arrivals: ArrivedCall[] = [];
  const accepted: number[] = [];
  const tokens = new Map<string, number>();
  let refusedForQuota = 0;
  let behaviourOf: (call: CallAsked) => Behaviour = () => 'answer';

  function isFull(nowMs: number): boolean {
    while (accepted[0] !== undefined && accepted[0] <= nowMs - WINDOW_MS) accepted.shift();
    return accepted.length >= limitPerMinute;
  }

  function giveToken(): HttpAnswer {
    const token = `token-${tokens.size + 1}`;
    tokens.set(token, clock.monotonicMs() + tokenSeconds * 1000);
    return json(tokenBody(token, tokenSeconds));
  }

  function isValid(token: string | undefined): boolean {
    return token !== undefined && clock.monotonicMs() < (tokens.get(token) ?? 0);
  }

  function answerOf({ endpoint, id }: CallAsked): HttpAnswer {
    if (endpoint === 'pointsBalance') return json(balanceBody(id, clock.monotonicMs()));
    if (endpoint === 'ledgerBalance') return json(ledgerBody(id, 2));
    return endpoint === 'token' ? giveToken() : json(errorBody(404), 404);
  }

  async function serve(request: HttpRequest): Promise<HttpAnswer> {
    const call = callAsked(request.path, request.searchParams['identifierValue']);
    const behaviour = behaviourOf(call);
    await delay(clock, travelMs());
    if (behaviour === 'unreachable') throw new TransportError('connection failed');
    const nowMs = clock.monotonicMs();
    arrivals.push({ ...call, arrivedAtMs: nowMs, behaviour });
    if (isFull(nowMs)) {
      refusedForQuota += 1;
      return json(errorBody(429), 429);
    }
    accepted.push(nowMs);
    if (call.endpoint !== 'token' && !isValid(request.headers['x-cap-api-oauth-token']))
      return json(errorBody(401), 401);
    if (behaviour === 'stall') return new Promise(() => undefined);
    await delay(clock, latencyMs());
    return misanswered(behaviour, call) ?? answerOf(call);
  }

  function misanswered(behaviour: Behaviour, call: CallAsked): HttpAnswer | undefined {
    switch (behaviour) {
      case 'fail':
        return json(errorBody(500), random.pick([500, 502, 503]));
      case 'refuse':
        return json(errorBody(429), 429);
      case 'deny':
        return json(errorBody(401), 401);
      case 'reset':
        throw new TransportError('connection reset');
      case 'malformed':
        return json('{"entityId":');
      case 'empty':
        return json('');
      case 'other customer':
        return answerOf({ ...call, id: String(BigInt(call.id === '' ? '0' : call.id) + 1n) });
      default:
        return undefined;
    }
  }

  return {
    transport: {
      send(request, signal, done) {
        if (signal.aborted) done(new Failed(signal.reason));
        else tell(waitFor(serve(request), signal), done);
      },
      close: () => undefined,
    },
    arrivals,
    get refusedForQuota() {
      return refusedForQuota;
    },
    get tokensGiven() {
      return tokens.size;
    },
    behave(behaviour) {
      behaviourOf = behaviour;
    },
    revokeTokens() {
      for (const token of tokens.keys()) tokens.set(token, -Infinity);
    },
  };
}

function json(text: string, status = 200): HttpAnswer {
  return {
    status,
    contentType: 'application/json',
    retryAfter: undefined,
    requestId: undefined,
    body: Buffer.from(text),
  };
}
