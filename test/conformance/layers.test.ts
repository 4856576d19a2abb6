import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

/** One import: who imports what. Of ours, `to` is a path below src/; of others, as it is written. */
interface Import {
  readonly from: string;
  readonly written: string;
  readonly to: string;
  readonly isOurs: boolean;
}

const ROOT = fileURLToPath(new URL('../../src/', import.meta.url));
const FILES = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .toSorted();
const IMPORTS = FILES.flatMap((from) => importsOf(from, sourceOf(from)));

function sourceOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

function importsOf(from: string, source: string): readonly Import[] {
  return ts.preProcessFile(source, true, true).importedFiles.map(({ fileName: written }) => {
    const isOurs = written.startsWith('.');
    const to = isOurs ? relative(ROOT, join(ROOT, dirname(from), written)) : written;
    return { from, written, to, isOurs };
  });
}

/** The part of the house that a file is in: its folder below src/, or its own name. */
function partOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? '') : file.replace(/\.ts$/, '');
}

/** Top to bottom; parts on one line stand beside each other. */
const LAYERS: readonly (readonly string[])[] = [
  ['main'],
  ['cluster'],
  ['cli', 'app'],
  ['http'],
  ['graphql'],
  ['loaders', 'auth', 'limits', 'observe'],
  ['platform'],
  ['store'],
  ['domain'],
];
/** Outside the layers: who may import each is a rule of its own. */
const ASIDE = ['config', 'generated', 'sandbox'];

function layerOf(part: string): number {
  return LAYERS.findIndex((parts) => parts.includes(part));
}

type Rule = (each: Import & { readonly fromPart: string; readonly toPart: string }) => boolean;

/** Each rule names what it forbids. */
const FORBIDDEN: readonly (readonly [title: string, forbidden: Rule, example: readonly [from: string, to: string]])[] =
  [
    [
      'point down the layers only, never up and never sideways',
      ({ isOurs, fromPart, toPart }) =>
        isOurs &&
        fromPart !== toPart &&
        layerOf(fromPart) >= 0 &&
        layerOf(toPart) >= 0 &&
        layerOf(toPart) <= layerOf(fromPart),
      ['platform/client.ts', '../observe/logger.ts'],
    ],
    [
      'of auth, limits and observe reach the domain only',
      ({ isOurs, fromPart, toPart }) =>
        isOurs && ['auth', 'limits', 'observe'].includes(fromPart) && ![fromPart, 'domain'].includes(toPart),
      ['auth/verify.ts', '../platform/http.ts'],
    ],
    [
      'of config come from main, cluster, cli and app only: every other part is handed its options',
      ({ toPart, fromPart, isOurs }) =>
        isOurs && toPart === 'config' && !['config', 'main', 'cluster', 'cli', 'app'].includes(fromPart),
      ['http/server.ts', '../config/index.ts'],
    ],
    [
      'made by config reach the domain only',
      ({ isOurs, fromPart, toPart }) => isOurs && fromPart === 'config' && !['config', 'domain'].includes(toPart),
      ['config/index.ts', '../auth/verify.ts'],
    ],
    [
      'of generated types come from graphql only',
      ({ isOurs, fromPart, toPart }) => isOurs && toPart === 'generated' && fromPart !== 'graphql',
      ['loaders/index.ts', '../generated/resolvers-types.ts'],
    ],
    [
      'made by generated types reach graphql only',
      ({ isOurs, fromPart, toPart }) =>
        isOurs && fromPart === 'generated' && !['generated', 'graphql'].includes(toPart),
      ['generated/resolvers-types.ts', '../platform/index.ts'],
    ],
    [
      'made by the sandbox reach the domain at most: two sides of a wire share nothing',
      ({ isOurs, fromPart, toPart }) => isOurs && fromPart === 'sandbox' && !['sandbox', 'domain'].includes(toPart),
      ['sandbox/server.ts', '../platform/problem.ts'],
    ],
    [
      'of the sandbox come from app and main only',
      ({ isOurs, fromPart, toPart }) =>
        isOurs && toPart === 'sandbox' && !['sandbox', 'app', 'main'].includes(fromPart),
      ['graphql/schema.ts', '../sandbox/data.ts'],
    ],
    [
      'of the domain are its own files: no package, no node: module',
      ({ isOurs, fromPart }) => fromPart === 'domain' && !isOurs,
      ['domain/secret.ts', 'node:crypto'],
    ],
    [
      'of built-in modules say node:',
      ({ isOurs, written }) => !isOurs && isBuiltin(written) && !written.startsWith('node:'),
      ['http/server.ts', 'http'],
    ],
    [
      'of our files end in .ts',
      ({ isOurs, written }) => isOurs && !written.endsWith('.ts'),
      ['http/server.ts', './body.js'],
    ],
    [
      'of our files stay within src/ and find their file',
      ({ isOurs, to }) => isOurs && to.endsWith('.ts') && !FILES.includes(to),
      ['http/server.ts', '../../test/support/gateway.ts'],
    ],
  ];

function offenders(imports: readonly Import[], forbidden: Rule): readonly string[] {
  return imports
    .filter((each) => forbidden({ ...each, fromPart: partOf(each.from), toPart: partOf(each.to) }))
    .map(({ from, written }) => `src/${from} imports ${written}`);
}

describe('the imports of src/', () => {
  it.each(FORBIDDEN)('%s', (_title, forbidden) => {
    expect(offenders(IMPORTS, forbidden)).toEqual([]);
  });

  it.each(FORBIDDEN)('that would break a rule are seen: %s', (_title, forbidden, [from, to]) => {
    const forms = [`import { x } from '${to}';`, `import type { X } from '${to}';`, `export * from '${to}';`];

    expect(forms.map((source) => offenders(importsOf(from, source), forbidden))).toEqual(
      forms.map(() => [`src/${from} imports ${to}`]),
    );
  });

  it('are of parts that have a place in the house', () => {
    const known = [...LAYERS.flat(), ...ASIDE];

    expect(FILES.filter((file) => !known.includes(partOf(file)))).toEqual([]);
    expect(IMPORTS.length).toBeGreaterThan(FILES.length);
  });

  it('make no circle', () => {
    expect(circlesOf(IMPORTS)).toEqual([]);
  });

  it('that would make a circle are seen', () => {
    const circle = [
      ...importsOf('a.ts', "import { b } from './x/b.ts';"),
      ...importsOf('x/b.ts', "import type { A } from '../a.ts';"),
    ];

    expect(circlesOf(circle)).toEqual(['a.ts > x/b.ts > a.ts']);
  });
});

/** Each circle once, from where it was first entered. */
function circlesOf(imports: readonly Import[]): readonly string[] {
  const ours = imports.filter(({ isOurs }) => isOurs);
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      circles.push([...path.slice(path.indexOf(file)), file].join(' > '));
      return;
    }
    if (done.has(file)) return;
    for (const { from, to } of ours) if (from === file) walk(to, [...path, file]);
    done.add(file);
  };
  for (const { from } of ours) walk(from, []);
  return circles;
}

describe('the process', () => {
  it.each([
    ['the environment is read by src/config only', 'env', /^config\//],
    ['is ended by src/main.ts only', 'exit', /^main\.ts$/],
  ])('%s', (_title, property, allowed) => {
    const users = FILES.filter((file) => usesOfProcess(sourceOf(file)).includes(property));

    expect(users.filter((file) => !allowed.test(file))).toEqual([]);
    expect(users).not.toEqual([]);
  });

  it.each([
    ['process.env.PORT', ['env']],
    ["process['env']", ['env']],
    ['const { env, exit } = process;', ['env', 'exit']],
    ['globalThis.process.exit(1)', ['exit']],
    ["import { env } from 'node:process';", ['env']],
    ["import process from 'node:process'; process.exit()", ['exit']],
    ["// process.env\nconst text = 'process.exit';", []],
    ['process.exitCode = 1; request.env', ['exitCode']],
  ])('is seen to be used in: %s', (source, expected) => {
    expect(usesOfProcess(source)).toEqual(expected);
  });
});

/** The properties of `process` that a source uses, however it spells that. */
function usesOfProcess(source: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && isProcess(node.expression)) found.push(node.name.text);
    if (
      ts.isElementAccessExpression(node) &&
      isProcess(node.expression) &&
      ts.isStringLiteral(node.argumentExpression)
    ) {
      found.push(node.argumentExpression.text);
    }
    if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name) && isProcess(node.initializer)) {
      found.push(...node.name.elements.map((element) => (element.propertyName ?? element.name).getText(file)));
    }
    if (ts.isImportDeclaration(node) && /^['"](node:)?process['"]$/.test(node.moduleSpecifier.getText(file))) {
      const names = node.importClause?.namedBindings;
      if (names !== undefined && ts.isNamedImports(names)) {
        found.push(...names.elements.map((element) => (element.propertyName ?? element.name).text));
      }
    }
    ts.forEachChild(node, visit);
  };
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  visit(file);
  return found;
}

function isProcess(node: ts.Node | undefined): boolean {
  if (node === undefined) return false;
  if (ts.isIdentifier(node)) return node.text === 'process';
  return ts.isPropertyAccessExpression(node) && node.name.text === 'process';
}
