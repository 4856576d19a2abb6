import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  buildASTSchema,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isTypeDefinitionNode,
  Kind,
  lexicographicSortSchema,
  parse,
  print,
  printSchema,
  type DocumentNode,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { ERRORS } from '../../src/domain/errors.ts';
import { ARGUMENT_CHECKS } from '../../src/graphql/plugins/inputs.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { readSchemaDocument, withoutFederation } from '../../src/graphql/sdl.ts';

const SCHEMA = await createSchema({ federation: false, ledgerPageSize: 10 });
const SUBGRAPH = await createSchema({ federation: true, ledgerPageSize: 10 });
const TYPES = ownTypesOf(SCHEMA);

function ownTypesOf(schema: GraphQLSchema): readonly GraphQLNamedType[] {
  return Object.values(schema.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type) && !isFederations(type),
  );
}

/** Federation's own types and fields, which no document of ours describes. */
function isFederations({ name }: { readonly name: string }): boolean {
  return name.startsWith('_') || name.startsWith('federation__') || name.startsWith('link__');
}

function textOf(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

function linesOf(path: string): readonly string[] {
  return textOf(path)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Each thing of the schema that can be described: its coordinate, and whether it is. */
function* describedParts(type: GraphQLNamedType): Generator<readonly [coordinate: string, description: string]> {
  yield [type.name, type.description ?? ''];
  if (isEnumType(type)) {
    for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value.description ?? ''];
  }
  if (isInputObjectType(type) || isObjectType(type)) {
    const fields: readonly (GraphQLField<unknown, unknown> | GraphQLInputField)[] = Object.values(type.getFields());
    for (const field of fields.filter((each) => !isFederations(each))) {
      yield [`${type.name}.${field.name}`, field.description ?? ''];
      for (const arg of 'args' in field ? field.args : []) {
        yield [`${type.name}.${field.name}(${arg.name}:)`, arg.description ?? ''];
      }
    }
  }
}

/** What a caller may have built on: every coordinate with its type. */
function* contractOf(type: GraphQLNamedType): Generator<string> {
  if (isScalarType(type)) yield `scalar ${type.name}`;
  if (isEnumType(type)) for (const value of type.getValues()) yield `enum ${type.name}.${value.name}`;
  if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields())) {
      yield `input ${type.name}.${field.name}: ${String(field.type)}${defaultOf(field.defaultValue)}`;
    }
  }
  if (isObjectType(type)) {
    for (const field of Object.values(type.getFields())) {
      yield `${type.name}.${field.name}: ${String(field.type)}`;
      for (const arg of field.args) {
        yield `${type.name}.${field.name}(${arg.name}: ${String(arg.type)}${defaultOf(arg.defaultValue)})`;
      }
    }
  }
}

function defaultOf(value: unknown): string {
  return value === undefined ? '' : ` = ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}

describe('the schema', () => {
  it.each(
    [SCHEMA, SUBGRAPH].flatMap((schema) =>
      ownTypesOf(schema).map((type) => [type.name, schema === SUBGRAPH ? 'subgraph' : 'graph', type] as const),
    ),
  )('describes %s and everything in it, served as a %s', (_name, _form, type) => {
    const undescribed = [...describedParts(type)].filter(([, description]) => description.trim() === '');

    expect(undescribed.map(([coordinate]) => coordinate)).toEqual([]);
  });

  it('is printed in src/generated/ as a fresh print has it', () => {
    const printed = parse(textOf('src/generated/schema.graphql'));

    expect(sortedPrint(printed)).toBe(sortedPrint(readSchemaDocument()));
    expect(directivesOf(printed)).toEqual(directivesOf(readSchemaDocument()));
  });

  it('checks the arguments of exactly the fields that have some', () => {
    const withArguments = TYPES.filter(isObjectType).flatMap((type) =>
      Object.values(type.getFields()).flatMap(({ name, args }) => (args.length === 0 ? [] : [`${type.name}.${name}`])),
    );

    expect(Object.keys(ARGUMENT_CHECKS).toSorted()).toEqual(withArguments.toSorted());
  });
});

/** The types of a document in one order, Federation's own words left out. */
function sortedPrint(document: DocumentNode): string {
  const definitions = withoutFederation(document)
    .definitions.filter(isTypeDefinitionNode)
    .filter(({ name }) => !name.value.startsWith('_'));
  return printSchema(lexicographicSortSchema(buildASTSchema({ kind: Kind.DOCUMENT, definitions })));
}

function directivesOf(document: DocumentNode): readonly string[] {
  return document.definitions
    .filter(isTypeDefinitionNode)
    .flatMap(({ name, directives = [] }) => directives.map((each) => `${name.value} ${print(each)}`))
    .toSorted();
}

describe('the public contract', () => {
  const listed = linesOf('test/conformance/contract.txt');
  const actual = TYPES.flatMap((type) => [...contractOf(type)]);

  it('keeps every type, field, argument, default and value that callers know (test/conformance/contract.txt)', () => {
    expect(listed.filter((line) => !actual.includes(line))).toEqual([]);
  });

  it('lists what is new: add these lines to test/conformance/contract.txt', () => {
    expect(actual.filter((line) => !listed.includes(line))).toEqual([]);
  });

  it('keeps every error code, and whether asking again may help', () => {
    const codes = Object.entries(ERRORS).map(([code, { retryable }]) => `${code} ${retryable ? 'retryable' : 'final'}`);

    expect(codes.toSorted()).toEqual([
      'AUTH_UNAVAILABLE retryable',
      'BAD_USER_INPUT final',
      'CUSTOMER_NOT_FOUND final',
      'FORBIDDEN final',
      'INVALID_ENTITY_TYPE final',
      'INVALID_FILTER final',
      'INVALID_GROUP final',
      'INVALID_LOOKUP final',
      'INVALID_PROGRAM final',
      'OPERATION_NOT_LISTED final',
      'OPERATION_TOO_EXPENSIVE final',
      'PLATFORM_BAD_RESPONSE final',
      'PLATFORM_DENIED final',
      'PLATFORM_QUOTA_SPENT retryable',
      'PLATFORM_TIMEOUT retryable',
      'PLATFORM_UNAVAILABLE retryable',
      'UNAUTHENTICATED final',
    ]);
  });
});

/** @see https://relay.dev/graphql/connections.htm */
describe('LedgerBalanceConnection, after the Relay cursor connections specification,', () => {
  it.each([
    ['LedgerBalanceConnection', 'edges', '[LedgerBalanceEdge!]!'],
    ['LedgerBalanceConnection', 'nodes', '[LedgerClosingBalance!]!'],
    ['LedgerBalanceConnection', 'pageInfo', 'PageInfo!'],
    ['LedgerBalanceEdge', 'node', 'LedgerClosingBalance!'],
    ['LedgerBalanceEdge', 'cursor', 'String!'],
    ['PageInfo', 'hasNextPage', 'Boolean!'],
    ['PageInfo', 'hasPreviousPage', 'Boolean!'],
    ['PageInfo', 'startCursor', 'String'],
    ['PageInfo', 'endCursor', 'String'],
  ])('has %s.%s: %s', (typeName, fieldName, expected) => {
    const type = SCHEMA.getType(typeName);

    expect(isObjectType(type) && String(type.getFields()[fieldName]?.type)).toBe(expected);
  });

  it('is what every field of a Connection type is paged by: first and after', () => {
    const connections = TYPES.filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()))
      .filter(({ type }) => String(getNullableType(type)).endsWith('Connection'));

    expect(connections.map(({ name, args }) => [name, args.map((arg) => `${arg.name}: ${String(arg.type)}`)])).toEqual([
      ['ledgerBalance', expect.arrayContaining(['first: Int!', 'after: String'])],
    ]);
  });
});

describe('package-lock.json', () => {
  const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: Readonly<Record<string, Locked>> };

  it('has exactly one copy of graphql', () => {
    const copies = Object.keys(packages).filter((path) => /(^|\/)node_modules\/graphql$/.test(path));

    expect(copies).toEqual(['node_modules/graphql']);
  });

  it('names no address of a registry', () => {
    expect(Object.keys(packages).filter((path) => packages[path]?.resolved !== undefined)).toEqual([]);
  });

  it('has a place for every package that another names, those of other systems included: npm ci refuses it else', () => {
    const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !isLocked(path, name)),
    );

    expect(missing).toEqual([]);
  });

  it('pins every package by its digest, but those of other systems, which the registry of the day may lack', () => {
    const unpinned = Object.entries(packages).filter(([path, each]) => path !== '' && each.integrity === undefined);

    expect(unpinned.filter(([, { optional, os, cpu }]) => !(optional === true && (os ?? cpu) !== undefined))).toEqual(
      [],
    );
  });

  /** Whether node_modules/`name` is there beside `path`'s own or above it. */
  function isLocked(path: string, name: string): boolean {
    const own = `${path === '' ? '' : `${path}/`}node_modules/${name}`;
    if (packages[own] !== undefined) return true;
    if (path === '') return false;
    const above = path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/')));
    return isLocked(above, name);
  }
});

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
