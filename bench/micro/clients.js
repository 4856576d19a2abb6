import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { loadTransport } from '../../build/platform/transport/transports.js';
import { createGotPromiseTransport } from './gotPromise.js';

/** Reads under way at once, and connections. */
export const SIDE_BY_SIDE = 20;

/** The ways to make HTTP calls that are compared; the first is what the others are set against. */
export const CLIENTS = {
  'got, its promise': createGotPromiseTransport,
  got: await loadTransport('got'),
  undici: await loadTransport('undici'),
};

/** Starts the platform in a process of its own. */
export async function startPlatform() {
  const process = fork(fileURLToPath(new URL('platform.js', import.meta.url)));
  const [port] = await once(process, 'message');
  return { baseUrl: new URL(`http://127.0.0.1:${port}/`), stop: () => process.disconnect() };
}

/** A way for each client, by its name. */
export function forEachClient(wayOf) {
  return Object.fromEntries(Object.entries(CLIENTS).map(([name, createTransport]) => [name, wayOf(createTransport)]));
}

/** A way that is told, in turns, to read a balance and a ledger page. */
export function inTurns(way) {
  let calls = 0;
  return () => {
    calls += 1;
    return way(calls % 2 === 0, calls);
  };
}

/** The signal that every call of the gateway is under. */
export function newSignal() {
  return new globalThis.AbortController().signal;
}
