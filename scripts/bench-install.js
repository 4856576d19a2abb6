// Installs what the benchmarks compare with, when it is missing or older than its lock file.
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const bench = fileURLToPath(new URL('../bench', import.meta.url));

/** When a file was last written; the beginning of time where there is none. */
function writtenAt(path) {
  return statSync(`${bench}/${path}`, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
}

if (writtenAt('node_modules/.package-lock.json') < writtenAt('package-lock.json')) {
  execFileSync('npm', ['ci', '--prefix', bench, '--no-audit', '--no-fund'], { stdio: 'inherit' });
}
