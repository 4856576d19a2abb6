import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const SECURITY = textOf('SECURITY.md');

function textOf(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

interface NamedTests {
  readonly file: string;
  /** Words of their titles. */
  readonly titles: readonly string[];
}

/** Each promise, and the tests it names: a file below `test/`, and words of the titles in it. */
const PROMISES = SECURITY.split('\n')
  .filter((line) => line.startsWith('|') && !/^\| (Promise|-)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, promise = '', tests = '']) => ({ promise, tests: testsIn(tests) }));

function testsIn(cell: string): readonly NamedTests[] {
  return cell.split(';').map((part) => ({
    file: /`([^`]+\.test\.ts)`/.exec(part)?.[1] ?? '',
    titles: [...part.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
  }));
}

/** The titles of the tests in a file that run: no comment, no name of a group, nothing that is skipped. */
function titlesIn(source: string): readonly string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTest(node.expression)) {
      const [title] = node.arguments;
      if (title !== undefined) titles.push(wordsOf(title));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('some.test.ts', source, ts.ScriptTarget.Latest));
  return titles;
}

/** `it`, or `it.each(rows)`. */
function isTest(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === 'it';
  if (!ts.isCallExpression(callee) || !ts.isPropertyAccessExpression(callee.expression)) return false;
  const { expression: object, name } = callee.expression;
  return ts.isIdentifier(object) && object.text === 'it' && name.text === 'each';
}

function wordsOf(title: ts.Expression): string {
  if (ts.isStringLiteralLike(title)) return title.text;
  if (!ts.isTemplateExpression(title)) return '';
  return [title.head.text, ...title.templateSpans.map(({ literal }) => literal.text)].join('…');
}

describe('SECURITY.md', () => {
  it('makes promises', () => {
    expect(PROMISES.length).toBeGreaterThan(25);
  });

  it.each(PROMISES)('names the tests that hold: $promise', ({ tests }) => {
    expect(tests.length).toBeGreaterThan(0);
    for (const { file, titles } of tests) {
      const there = titlesIn(textOf(`test/${file}`));
      expect({ file, names: titles.length > 0 }).toEqual({ file, names: true });
      for (const words of titles) {
        expect({ file, words, isTitle: there.some((title) => title.includes(words)) }).toMatchObject({ isTitle: true });
      }
    }
  });

  it('is not satisfied with words that stand elsewhere: in a comment, a group, a skipped test, other text', () => {
    const source = `
      // it('in a comment', f);
      describe('a group', () => {
        it('runs', f);
        it.each([['a row']])('runs with %s', f);
        it(\`runs \${COUNT} times\`, f);
        it.skip('is skipped', f);
        it.todo('is planned');
        expect('other text');
      });`;

    expect(titlesIn(source)).toEqual(['runs', 'runs with %s', 'runs … times']);
  });
});
