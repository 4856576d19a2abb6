import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const SECURITY = textOf('SECURITY.md');

function textOf(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** Each promise, and the tests it names: a file below `test/`, and words of the titles in it. */
const PROMISES = SECURITY.split('\n')
  .filter((line) => line.startsWith('|') && !/^\| (Promise|-)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, promise = '', tests = '']) => ({ promise, tests: testsIn(tests) }));

function testsIn(cell: string): readonly { readonly file: string; readonly titles: readonly string[] }[] {
  return cell.split(';').map((part) => ({
    file: /`([^`]+\.test\.ts)`/.exec(part)?.[1] ?? '',
    titles: [...part.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
  }));
}

/** A test's source without what only its quoting needs. */
function sourceOf(file: string): string {
  return textOf(`test/${file}`).replaceAll("\\'", "'");
}

describe('SECURITY.md', () => {
  it('makes promises', () => {
    expect(PROMISES.length).toBeGreaterThan(25);
  });

  it.each(PROMISES)('names the tests that hold: $promise', ({ tests }) => {
    expect(tests.length).toBeGreaterThan(0);
    for (const { file, titles } of tests) {
      const source = sourceOf(file);
      for (const title of titles)
        expect({ file, title, isThere: source.includes(title) }).toMatchObject({ isThere: true });
    }
  });
});
