import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { printSdl } from '../../src/graphql/sdl.ts';

const DIST = new URL('../../dist/', import.meta.url);
const PROGRAM = fileURLToPath(new URL('main.js', DIST));
const manifest = JSON.parse(readFileSync(new URL('../package.json', DIST), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
};
/** Each package in the bundle, as often as it is in there. */
const bundled = [...readFileSync(new URL('LICENSES.txt', DIST), 'utf8').matchAll(/^(\S+) \d\S*, license: (.+)$/gm)];

/** Imported as it is installed: only who explores with it needs its pages. */
const NOT_BUNDLED = '@graphql-yoga/render-graphiql';

describe('the bundle in dist/', () => {
  it('holds every dependency but the one that is large and seldom needed, and hands on its license', () => {
    const names = new Set(bundled.map(([, name]) => name));

    const missing = Object.keys(manifest.dependencies).filter((name) => !names.has(name));

    expect(missing).toEqual([NOT_BUNDLED]);
    expect(bundled.filter(([, , license]) => license === 'not said')).toEqual([]);
  });

  it('holds one copy of graphql', () => {
    expect(bundled.filter(([, name]) => name === 'graphql')).toHaveLength(1);
  });

  it('finds the schema from any folder', () => {
    for (const federation of [false, true]) {
      const args = [PROGRAM, 'print-schema', ...(federation ? ['--federation'] : [])];
      const printed = execFileSync(process.execPath, args, { cwd: tmpdir(), encoding: 'utf8' });
      expect(printed.trim()).toBe(printSdl({ federation }).trim());
    }
  });

  it('names nothing of the machine it was built on', () => {
    const home = fileURLToPath(new URL('../', DIST));
    const files = readdirSync(DIST).filter((name) => /\.(?:js|map)$/.test(name));

    expect(files.length).toBeGreaterThan(1);
    expect(files.filter((name) => readFileSync(new URL(name, DIST), 'utf8').includes(home))).toEqual([]);
  });
});
