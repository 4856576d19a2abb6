import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A manifest on disk, and what is in it. */
export interface TestManifest {
  readonly path: string;
  /** By the operation's name. */
  readonly operations: Readonly<Record<string, { readonly id: string; readonly body: string }>>;
  remove(): void;
}

const CLI = fileURLToPath(
  new URL('../../node_modules/@apollo/generate-persisted-query-manifest/cli.js', import.meta.url),
);

/** Has Apollo's own tool make a manifest of these sources, by file name, as a frontend's build does. */
export function generateManifest(sources: Readonly<Record<string, string>>): TestManifest {
  const folder = mkdtempSync(join(tmpdir(), 'manifest-'));
  mkdirSync(join(folder, 'src'));
  for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, 'src', name), text);
  execFileSync(process.execPath, [CLI], { cwd: folder, stdio: 'pipe' });
  const path = join(folder, 'persisted-query-manifest.json');
  const { operations } = JSON.parse(readFileSync(path, 'utf8')) as {
    operations: { id: string; name: string; body: string }[];
  };
  return {
    path,
    operations: Object.fromEntries(operations.map((each) => [each.name, each])),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** A manifest written by hand: what the tool would not write. */
export function writeManifest(content: string): Pick<TestManifest, 'path' | 'remove'> {
  const folder = mkdtempSync(join(tmpdir(), 'manifest-'));
  const path = join(folder, 'manifest.json');
  writeFileSync(path, content);
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}
