// Compiles src/ into dist/ and lays the sandbox's data beside the code that reads it.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));

rmSync(`${root}/dist`, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '--project', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
copyFileSync(`${root}/src/sandbox/data.json`, `${root}/dist/sandbox/data.json`);
chmodSync(`${root}/dist/main.js`, 0o755);
