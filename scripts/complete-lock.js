// Completes package-lock.json after `npm install`: where the registry at hand does not offer the builds of a package for
// other platforms, npm leaves them out of the lock file, and then refuses to install from it (`npm ci`, EUSAGE).
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const { packages } = lock;

/** Where npm would find `name` from the package at `path`; undefined when nowhere. */
function resolve(path, name) {
  for (let from = path; ;) {
    const candidate = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
    if (candidate in packages) return candidate;
    if (from === '') return undefined;
    const up = from.lastIndexOf('/node_modules/');
    from = up < 0 ? '' : from.slice(0, up);
  }
}

const OS = /(android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32|aix)/;
const CPU = /(arm64|arm|x64|ia32|ppc64|s390x|riscv64|loong64|wasm32)/;

for (const [path, entry] of Object.entries({ ...packages })) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (resolve(path, name) !== undefined) continue;
    const os = OS.exec(name)?.[1];
    const cpu = CPU.exec(name.slice(name.lastIndexOf('/')))?.[1];
    packages[`node_modules/${name}`] = {
      version: version.replace(/^[~^]/, ''),
      ...(cpu && { cpu: [cpu] }),
      ...(entry.dev && { dev: true }),
      optional: true,
      ...(os && { os: [os] }),
    };
  }
}
const { '': root, ...others } = packages;
lock.packages = { '': root, ...Object.fromEntries(Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1))) };
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
