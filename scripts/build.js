// Compiles src/ into build/, a module each, and bundles them with all that they import into dist/: a process that has few
// files to look for starts in half the time, takes less memory, and less CPU time for each request.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { licensesOf } from './licenses.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const DATA = 'sandbox/data.json';

for (const folder of ['build', 'dist']) rmSync(`${root}/${folder}`, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '--project', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
copyFileSync(`${root}/src/${DATA}`, `${root}/build/${DATA}`);

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['build/main.js'],
  outdir: 'dist',
  bundle: true,
  splitting: true, // What is imported when it is needed stays so.
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  // Eight megabytes of pages, for who explores with them.
  external: ['@graphql-yoga/render-graphiql'],
  // CommonJS modules among them look for Node's own by `require`.
  banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  logLevel: 'warning',
});
// Beside the code that reads it: modules in dist/ have no folders.
copyFileSync(`${root}/src/${DATA}`, `${root}/dist/data.json`);
writeFileSync(`${root}/dist/LICENSES.txt`, licensesOf(Object.keys(metafile.inputs), root));
chmodSync(`${root}/dist/main.js`, 0o755);
