import type { CreateTransport } from './http.ts';

/** The HTTP clients there are. */
export type HttpClient = 'got' | 'undici';

/** Loads the one client that is used: either takes some 60 ms of the start. */
export async function loadTransport(client: HttpClient): Promise<CreateTransport> {
  if (client === 'undici') return (await import('./undiciTransport.ts')).createUndiciTransport;
  return (await import('./gotTransport.ts')).createGotTransport;
}
