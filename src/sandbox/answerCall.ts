import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Refusal, jsonAnswer, refusalAnswer, type Answer } from './answers.ts';
import type { Auth, Identity } from './auth.ts';
import type { Call } from './endpoints/call.ts';
import { generateToken, type TokenRequest } from './endpoints/token.ts';
import type { FaultPlan } from './faultPlan.ts';
import type { Misbehaviour } from './faults.ts';
import type { Found } from './findCustomer.ts';
import type { Org } from './org.ts';
import type { Quota } from './quota.ts';
import { readBody, readObject, readUrl } from './readRequest.ts';
import { routeOf, type Route } from './routes.ts';
import { send, sendFaulty } from './send.ts';

/** What every call is answered from. */
export interface Platform {
  readonly org: Org;
  readonly auth: Auth;
  readonly quota: Quota;
  readonly faultPlan: FaultPlan;
  readonly now: () => number;
  readonly latencyMs: number;
  /** Aborts when the sandbox closes. */
  readonly signal: AbortSignal;
}

/** What is to be sent, and what goes wrong with the sending; null for nothing. */
interface Decision {
  readonly answer: Answer;
  readonly misbehaviour: Misbehaviour | null;
}

/**
 * Answers one call, after the latency that every call has.
 *
 * @throws {Error} when the caller goes, or the sandbox closes, before all is sent
 */
export async function answerCall(
  request: IncomingMessage,
  response: ServerResponse,
  platform: Platform,
): Promise<void> {
  const { now, latencyMs, signal } = platform;
  const { answer, misbehaviour } = decide(request, await readBody(request), platform);
  if (latencyMs > 0) await wait(latencyMs, undefined, { signal });
  if (misbehaviour === null) send(response, answer);
  else await sendFaulty(response, misbehaviour, answer, { nowMs: now(), signal });
}

/** Who is it, is there quota, is there such a resource, what goes wrong, what is the answer: in this order. */
function decide(request: IncomingMessage, body: string, platform: Platform): Decision {
  const { auth, quota, faultPlan } = platform;
  const { pathname, searchParams } = readUrl(request.url);
  const route = routeOf(pathname);
  const isToken = route?.endpoint === 'token' && request.method === route.method;
  const credentials = isToken ? readObject(body) : {};
  const token = isToken ? generateToken(auth, credentials) : null;

  const identity = token === null ? auth.identify(request.headers) : clientOf(token, credentials);
  if ('refused' in identity) return asItIs(identity.refused);
  const waitSeconds = quota(identity.credential);
  if (waitSeconds !== null) {
    return asItIs(refusalAnswer(new Refusal(429), { 'Retry-After': String(waitSeconds) }));
  }
  if (route === null) return asItIs(refusalAnswer(new Refusal(404)));
  if (request.method !== route.method) {
    return asItIs(refusalAnswer(new Refusal(405), { Allow: route.method }));
  }
  const misbehaviour = faultPlan(route.endpoint, searchParams);
  return { answer: token ?? read(route, searchParams, platform, misbehaviour), misbehaviour };
}

function asItIs(answer: Answer): Decision {
  return { answer, misbehaviour: null };
}

function clientOf(token: Answer, { key }: TokenRequest): Identity {
  return token.status === 200 ? { credential: String(key) } : { refused: token };
}

function read(route: Route, query: URLSearchParams, { org, now }: Platform, misbehaviour: Misbehaviour | null): Answer {
  const isSwapped = misbehaviour?.kind === 'other-customer';
  const call: Call = {
    org,
    query,
    nowMs: now(),
    answerAbout: (found) => (isSwapped ? someoneElse(org, found) : found),
  };
  try {
    return jsonAnswer(route.read?.(call));
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error);
    throw error;
  }
}

/** The first customer who is not the one found. */
function someoneElse({ customers }: Org, found: Found): Found {
  const other = [...customers.values()].find(({ id }) => id !== found.customer.id);
  return other === undefined ? found : { customer: other, warnings: [] };
}
