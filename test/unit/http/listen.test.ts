import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterEach, expect, it } from '@jest/globals';
import { listen } from '../../../src/http/listen.ts';

const server = createServer();
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

/** Of all connections the system may hold so many for a program that does not come to take them. */
const SYSTEM_FILE = '/proc/sys/net/core/somaxconn';
const systemMost = existsSync(SYSTEM_FILE) ? Number(readFileSync(SYSTEM_FILE, 'utf8')) : 128;

/** Says how many of so many connections are open: as soon as all are, or when no more come to be. */
const DIAL = `
  const [port, count] = process.argv.slice(1).map(Number);
  let open = 0;
  const say = () => { process.stdout.write(String(open)); process.exit(); };
  let timer = setTimeout(say, 5000);
  for (let n = 0; n < count; n += 1) {
    require('node:net').connect(port, '127.0.0.1', () => {
      open += 1;
      clearTimeout(timer);
      timer = setTimeout(say, 700); // Less than until a lost one is tried again.
      if (open === count) say();
    }).on('error', () => undefined);
  }`;

it('has the system hold as many connections as it can while the gateway is busy', async () => {
  const count = Math.min(1000, systemMost);
  const { port } = new URL(await listen(server, { host: '127.0.0.1', port: 0, variable: 'PORT' }));

  // We take none meanwhile: this waits for the other process.
  const dialled = spawnSync(process.execPath, ['-e', DIAL, port, String(count)], { encoding: 'utf8' });

  expect(dialled.stdout).toBe(String(count));
});
