import { subscribe } from 'node:diagnostics_channel';
import { afterAll, expect } from '@jest/globals';
import { httpClient } from './gateway.ts';

/** Imported before a file of tests, has them run over undici. */
httpClient.name = 'undici';

let sent = 0;
// The tests' own fetch is undici too; what the gateway sends has the gateway's name on it.
subscribe('undici:client:sendHeaders', (message) => {
  if ((message as { headers: string }).headers.includes('user-agent: loyalty-graph')) sent += 1;
});
afterAll(() => expect(sent).toBeGreaterThan(0));
