import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly resolved?: string }>>;
}

function jsonOf(path: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
}

describe('bench/package-lock.json', () => {
  const bench = jsonOf('bench/package-lock.json') as Lock;
  const gateway = jsonOf('package-lock.json') as Lock;

  it('names no address of a registry', () => {
    const addressed = Object.keys(bench.packages).filter((path) => bench.packages[path]?.resolved !== undefined);

    expect(addressed).toEqual([]);
  });

  it('has what the gateway has too in the same version: what is compared is what is made of it', () => {
    const shared = ['@apollo/server', 'dataloader', 'got', 'graphql', 'graphql-jit', 'undici'].map(
      (name) => `node_modules/${name}`,
    );
    const versionsOf = ({ packages }: Lock) => shared.map((path) => packages[path]?.version);

    expect(versionsOf(bench)).toEqual(versionsOf(gateway));
    expect(versionsOf(bench)).not.toContain(undefined);
  });
});
