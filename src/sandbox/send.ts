import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Refusal, errorAnswer, refusalAnswer, type Answer } from './answers.ts';
import { tokenExpired, unauthorized } from './auth.ts';
import type { Misbehaviour } from './faults.ts';

const HUGE_BYTES = 16 * 1024 * 1024;
const DRIP_EVERY_MS = 100;

/** Sends an answer as it is. */
export function send(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body);
  writeHead(response, answer, body.length);
  response.end(body);
}

/**
 * Sends what a fault makes of the right answer; resolves once nothing more will be sent.
 *
 * @param signal ends what waits: `wait` and `drip`
 */
export async function sendFaulty(
  response: ServerResponse,
  misbehaviour: Misbehaviour,
  right: Answer,
  { nowMs, signal }: { readonly nowMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const body = Buffer.from(right.body);
  const half = body.subarray(0, Math.floor(body.length / 2));
  switch (misbehaviour.kind) {
    case 'stall':
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'half':
      writeHead(response, right, body.length);
      response.write(half, () => response.destroy());
      return;
    case 'wait':
      await wait(misbehaviour.value, undefined, { signal });
      send(response, right);
      return;
    case 'drip':
      writeHead(response, right, body.length);
      for (const byte of body) {
        response.write(Buffer.of(byte));
        await wait(DRIP_EVERY_MS, undefined, { signal });
        if (response.destroyed) return;
      }
      response.end();
      return;
    case 'empty':
      send(response, { ...right, status: 200, body: '' });
      return;
    case 'malformed':
      send(response, { ...right, status: 200, body: half.toString() });
      return;
    case 'huge':
      send(response, { ...right, body: right.body.padEnd(HUGE_BYTES) });
      return;
    case 'html':
      send(response, LOGIN_PAGE);
      return;
    case 'code':
      send(response, errorAnswer({ code: misbehaviour.value, message: 'A fault of the sandbox' }));
      return;
    case 'refuse-id':
      send(response, refusalAnswer(new Refusal(11013)));
      return;
    case 'status':
      send(response, statusAnswer(misbehaviour.value, nowMs));
      return;
    case 'other-customer': // The right answer, about somebody else: it was made so.
      send(response, right);
      return;
  }
}

function writeHead(response: ServerResponse, { status, contentType, headers }: Answer, length: number): void {
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': length,
    'X-CAP-REQUEST-ID': randomBytes(16).toString('hex'),
    ...headers,
  });
}

/** A status as the platform, or the edge before it, would send it. */
function statusAnswer(status: number, nowMs: number): Answer {
  if (status === 401) return unauthorized();
  if (status === 498) return tokenExpired(nowMs);
  const headers = status === 429 ? { 'Retry-After': '1' } : {};
  return errorAnswer({ code: status, message: 'A fault of the sandbox' }, status, headers);
}

const LOGIN_PAGE: Answer = {
  status: 200,
  contentType: 'text/html;charset=UTF-8',
  body: '<!doctype html><title>Sign in</title><form method="post"><input name="username"><input name="password"></form>',
};
