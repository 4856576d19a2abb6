import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isInputObjectType, isObjectType, parse, validate } from 'graphql';
import { startGateway, type Gateway } from '../../src/app/gateway.ts';
import { loadConfig } from '../../src/config/index.ts';
import { VARIABLES } from '../../src/config/variables.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { ERRORS } from '../../src/domain/errors.ts';
import { GRAPHQL_CODES } from '../../src/graphql/formatError.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { createLogger } from '../../src/observe/logger.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import { FAULT_GRAMMAR, parseFaults } from '../../src/sandbox/faults.ts';
import { post } from '../support/gateway.ts';

const README = textOf('README.md');
const CONTRIBUTING = textOf('CONTRIBUTING.md');
const CHANGELOG = textOf('CHANGELOG.md');
const DOCUMENTS = [
  ['README.md', README],
  ['CONTRIBUTING.md', CONTRIBUTING],
  ['CHANGELOG.md', CHANGELOG],
] as const;
const SCHEMA = await createSchema({ federation: false, ledgerPageSize: 10 });

function urlOf(path: string): URL {
  return new URL(`../../${path}`, import.meta.url);
}

function textOf(path: string): string {
  return readFileSync(urlOf(path), 'utf8');
}

/** A cell without the backticks around all of it. */
function plain(cell: string | undefined): string {
  return (cell ?? '').replace(/^`([^`]*)`$/, '$1');
}

/** The rows of each table whose first column has this heading, cell by cell. */
function tablesOf(document: string, heading: string): readonly (readonly string[])[] {
  const tables = document.match(/(?:^\|.*\|\n)+/gm) ?? [];
  return tables.flatMap((table) => {
    const [head = [], , ...rows] = table.trimEnd().split('\n').map(cellsOf);
    return head[0] === heading ? rows : [];
  });
}

function cellsOf(line: string): readonly string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** The fenced blocks of these languages, in order. */
function blocksOf(document: string, ...languages: string[]): readonly { language: string; text: string }[] {
  return [...document.matchAll(/^```([a-z]+)\n(.*?)^```$/gms)]
    .map(([, language = '', text = '']) => ({ language, text }))
    .filter(({ language }) => languages.includes(language));
}

describe("the README's variables", () => {
  it('are those of the program, each with its default and help', () => {
    const expected = Object.entries(VARIABLES).map(([name, variable]) => [name, defaultOf(variable), variable.help]);

    const rows = tablesOf(README, 'Variable').map(([name, text, help]) => [plain(name), plain(text), help]);

    expect(rows).toEqual(expected);
  });

  it('start a gateway at a real tenant, as the complete example has them', () => {
    const [example] = blocksOf(README, 'ini');
    const lines = (example?.text ?? '').trimEnd().split('\n');
    const env = Object.fromEntries(lines.map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]));

    const config = loadConfig(env);

    expect(config).toMatchObject({ platform: { credentials: { kind: 'oauth' } }, auth: { mode: 'jwt' } });
  });
});

describe('.env.example', () => {
  it('has each variable once, commented out, with its default and help', () => {
    const paragraphs = textOf('.env.example')
      .trimEnd()
      .split('\n\n')
      .map((paragraph) => paragraph.split('\n').map((line) => line.replace(/^# /, '')));
    const entries = paragraphs
      .map((lines) => ({ help: lines.slice(0, -1).join(' '), setting: /^([A-Z_]+)=(.*)$/.exec(lines.at(-1) ?? '') }))
      .flatMap(({ help, setting }) => (setting === null ? [] : [[setting[1] ?? '', setting[2] ?? '', help] as const]));
    const expected = Object.entries(VARIABLES).map(
      ([name, variable]) => [name, defaultOf(variable), variable.help] as const,
    );

    expect(sorted(entries)).toEqual(sorted(expected));
    const settings = textOf('.env.example').match(/^# [A-Z_]+=/gm) ?? [];
    expect(settings.toSorted()).toEqual(
      Object.keys(VARIABLES)
        .map((name) => `# ${name}=`)
        .toSorted(),
    );
  });

  it('sets nothing', () => {
    const lines = textOf('.env.example').split('\n');

    expect(lines.filter((line) => line !== '' && !line.startsWith('# '))).toEqual([]);
  });
});

function defaultOf(variable: object): string {
  return 'default' in variable ? String(variable.default) : '';
}

function sorted(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return rows.toSorted(([a = ''], [b = '']) => a.localeCompare(b));
}

describe("the README's error codes", () => {
  it("are ours, INTERNAL_SERVER_ERROR and GraphQL's own, each as retryable as it is", () => {
    const ours = Object.entries(ERRORS).map(([code, { retryable }]) => [code, retryable ? 'yes' : 'no']);
    const others = ['INTERNAL_SERVER_ERROR', ...GRAPHQL_CODES].filter((code) => !(code in ERRORS));

    const rows = tablesOf(README, 'Code').map(([code, , retryable = '']) => [plain(code), retryable]);

    expect(sorted(rows)).toEqual(sorted([...ours, ...others.map((code) => [code, 'no'])]));
  });
});

describe("the README's metrics", () => {
  it('are those of the program', async () => {
    const { add, page } = createMetrics();
    add({
      operationsUnderWay: () => 0,
      quota: () => ({ limit: 1, left: 1 }),
      breakers: () => ({}),
      redis: () => 'up',
      cacheEntries: () => ({}),
    });
    const { text } = await page();
    const names = [...text.matchAll(/^# TYPE (loyalty_graph_\w+) /gm)].map(([, name = '']) => name);

    const rows = tablesOf(README, 'Metric').map(([name]) => plain(name));

    expect(rows.filter((name) => name.startsWith('loyalty_graph_')).toSorted()).toEqual(names.toSorted());
  });
});

describe("the README's mapping of the REST pages", () => {
  const cells = [...tablesOf(README, 'Parameter'), ...tablesOf(README, 'Field')].map(([, cell = '']) => cell);
  const coordinates = cells.flatMap((cell) => cell.match(/(?<=`)[A-Z]\w+\.\w+(?:\(\w+:\))?(?=`)/g) ?? []);

  it('is there', () => {
    expect(coordinates.length).toBeGreaterThan(30);
  });

  it.each(coordinates)('leads to %s, which the schema has', (coordinate) => {
    const [, typeName = '', fieldName = '', argument] = /^(\w+)\.(\w+)(?:\((\w+):\))?$/.exec(coordinate) ?? [];
    const type = SCHEMA.getType(typeName);
    const field = isObjectType(type) || isInputObjectType(type) ? type.getFields()[fieldName] : undefined;

    expect(field).toBeDefined();
    expect(field !== undefined && 'args' in field ? field.args.map(({ name }) => name) : []).toEqual(
      argument === undefined ? expect.anything() : expect.arrayContaining([argument]),
    );
  });

  it.each(tablesOf(README, 'Platform code').map(([, code]) => plain(code)))('knows the code %s', (code) => {
    expect(Object.keys(ERRORS)).toContain(code);
  });
});

describe("the README's sandbox customers", () => {
  it('are those of the data file', () => {
    const { customers } = JSON.parse(textOf('src/sandbox/data.json')) as { customers: { id: string; shows: string }[] };

    const rows = tablesOf(README, 'Customer').map(([id, shows]) => [plain(id), shows]);

    expect(rows).toEqual(customers.map(({ id, shows }) => [id, shows]));
  });
});

/** One request of the README and the answer printed for it. */
interface Example {
  readonly query: string;
  readonly variables: object | undefined;
  readonly answer: object;
}

/** Behind a query stands its answer; a block that is no answer holds the variables of the next one. */
function examplesOf(document: string): readonly Example[] {
  const examples: Example[] = [];
  let query = '';
  let variables: object | undefined;
  for (const { language, text } of blocksOf(document, 'graphql', 'json')) {
    if (language === 'graphql') {
      query = text;
      variables = undefined;
      continue;
    }
    const block = JSON.parse(text) as object;
    if ('data' in block) examples.push({ query, variables, answer: block });
    else variables = block;
  }
  return examples;
}

/** A request's id is another one each time. */
function withoutRequestIds(text: string): unknown {
  return JSON.parse(text, (key, value: unknown) => (key === 'requestId' ? '(any)' : value));
}

describe("the README's queries", () => {
  const examples = examplesOf(README).map((example) => [/query (\w+)/.exec(example.query)?.[1], example] as const);
  let gateway: Gateway;
  beforeAll(async () => {
    const config = loadConfig({ PORT: '0', ADMIN_PORT: '0', LOG_LEVEL: 'silent' });
    gateway = await startGateway(config, {
      clock: systemClock,
      logger: createLogger({ level: config.logLevel }),
      random: Math.random,
    });
  });
  afterAll(() => gateway.close());

  it('are each followed by an answer', () => {
    const answered = new Set(examples.map(([, { query }]) => query));

    expect(answered).toEqual(new Set(blocksOf(README, 'graphql').map(({ text }) => text)));
    expect(answered.size).toBeGreaterThanOrEqual(3);
  });

  it.each(examples)('fit the schema: %s', (_name, { query }) => {
    expect(validate(SCHEMA, parse(query))).toEqual([]);
  });

  it.each(examples)('are answered by the sandbox as printed: %s', async (_name, { query, variables, answer }) => {
    const { text } = await post(gateway.url, { query, variables });

    expect(withoutRequestIds(text)).toEqual(withoutRequestIds(JSON.stringify(answer)));
  });
});

describe('the npm scripts that the documents name', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const named = DOCUMENTS.flatMap(([, document]) =>
    [...document.matchAll(/\bnpm (?:run ([\w:]+)|(start|test)\b)/g)].map(([, run, short]) => run ?? short ?? ''),
  );

  it.each([...new Set(named)])('exist: %s', (name) => {
    expect(Object.keys(scripts)).toContain(name);
  });
});

describe("CONTRIBUTING's map", () => {
  const folders = tablesOf(CONTRIBUTING, 'Folder').map(([folder]) => plain(folder));

  it.each(folders)('names a folder that is there: %s', (folder) => {
    expect(existsSync(urlOf(folder))).toBe(true);
  });

  it('names every folder of src/ and test/', () => {
    const present = ['src', 'test'].flatMap((parent) =>
      readdirSync(urlOf(parent), { withFileTypes: true })
        // An empty folder is not in the repository.
        .filter((entry) => entry.isDirectory() && readdirSync(urlOf(`${parent}/${entry.name}`)).length > 0)
        .map(({ name }) => `${parent}/${name}/`),
    );

    expect(folders).toEqual(expect.arrayContaining(present));
  });
});

describe('the files that the documents name', () => {
  const named = DOCUMENTS.flatMap(([, document]) => [
    ...(document.match(/(?<=`)(?:src|test|schema|scripts|\.ci)\/[\w./-]+(?=`)/g) ?? []),
    ...(document.match(/(?<=\]\()[\w./-]+\.md(?=\))/g) ?? []),
  ]);

  it.each([...new Set(named)])('exist: %s', (path) => {
    expect(existsSync(urlOf(path))).toBe(true);
  });
});

describe("CONTRIBUTING's faults", () => {
  it('are those of the sandbox, in its words', () => {
    const rows = tablesOf(CONTRIBUTING, 'Fault').map(([fault, meaning = '']) => `  ${plain(fault)}: ${meaning}`);

    expect(rows).toEqual(FAULT_GRAMMAR.split('\n').filter((line) => /^ {2}[a-z=N-]+: /.test(line)));
  });

  it.each([...CONTRIBUTING.matchAll(/SANDBOX_FAULTS='?([^\s']+)'?/g)].map(([, faults = '']) => faults))(
    'can be asked for as in the example: %s',
    (faults) => {
      expect(parseFaults(faults).length).toBeGreaterThan(0);
    },
  );
});

describe('the changelog', () => {
  it('begins with what is not released yet', () => {
    expect(/^## (.*)$/m.exec(CHANGELOG)?.[1]).toBe('[Unreleased]');
  });
});
