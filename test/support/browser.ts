import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';

/** The machine's Chromium: the first on PATH under one of its names; undefined where there is none. */
export function findBrowser(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage', // Containers have little of it.
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A page that needs anything from elsewhere shows it here: no other host has an address.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  '--window-size=1280,900',
  '--virtual-time-budget=10000', // The page's own clock, not ours: it is at rest sooner.
  '--dump-dom',
];
const TIMEOUT_MS = 60_000;

/**
 * Opens `url` in a new headless browser that reaches 127.0.0.1 only, lets the page's scripts run until they rest, and
 * gives its DOM as HTML.
 *
 * @throws when the browser ends badly, or has not come to an end after a minute
 */
export async function renderPage(browser: string, url: string): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'loyalty-graph-browser-'));
  try {
    const child = spawn(browser, [...FLAGS, `--user-data-dir=${profile}`, url], {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const [html, exitCode] = await Promise.all([text(child.stdout), ended]);
    if (exitCode !== 0) throw new Error(`The browser ended with ${exitCode ?? 'a signal'}.`);
    return html;
  } finally {
    // Its helpers may still be writing their last.
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
