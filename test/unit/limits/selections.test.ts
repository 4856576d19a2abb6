import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Kind, parse, type SelectionSetNode } from 'graphql';
import { assertAliases } from '../../../src/limits/aliases.ts';
import { assertDepth } from '../../../src/limits/depth.ts';
import { assertFields } from '../../../src/limits/fields.ts';

const FRAGMENTS = 4;

/** A selection as text; fragment `Fn` may spread those behind it only, so that there is no circle. */
function selection(from: number, levels: number): fc.Arbitrary<string> {
  const leaf = fc.constantFrom('a', 'b', 'x: a', 'y: b');
  const spreads = Array.from({ length: FRAGMENTS - from }, (_, index) => fc.constant(`...F${from + index}`));
  const nested = levels === 0 ? [] : [body(from, levels - 1).map((text) => `a { ${text} }`)];
  const inline = levels === 0 ? [] : [body(from, levels - 1).map((text) => `... { ${text} }`)];
  return fc.oneof(leaf, ...spreads, ...nested, ...inline);
}

function body(from: number, levels: number): fc.Arbitrary<string> {
  return fc.array(selection(from, levels), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(' '));
}

const documents = fc
  .tuple(body(0, 3), ...Array.from({ length: FRAGMENTS }, (_, index) => body(index + 1, 2)))
  .map(([operation, ...fragments]) =>
    [`{ ${operation} }`, ...fragments.map((text, index) => `fragment F${index} on T { ${text} }`)].join(' '),
  );

/** The figures by spelling everything out. */
function spelledOut(text: string): { depth: number; aliases: number; fields: number } {
  const { definitions } = parse(text);
  const figures = { depth: 0, aliases: 0, fields: 0 };
  const walk = (set: SelectionSetNode | undefined, depth: number): void => {
    for (const node of set?.selections ?? []) {
      figures.depth = Math.max(figures.depth, depth);
      if (node.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = definitions.find(
          (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === node.name.value,
        );
        walk(fragment?.kind === Kind.FRAGMENT_DEFINITION ? fragment.selectionSet : undefined, depth + 1);
        continue;
      }
      if (node.kind === Kind.FIELD) figures.fields += 1;
      if (node.kind === Kind.FIELD && node.alias !== undefined) figures.aliases += 1;
      walk(node.selectionSet, depth + 1);
    }
  };
  const [operation] = definitions;
  walk(operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet : undefined, 1);
  return figures;
}

const CHECKS = { depth: assertDepth, aliases: assertAliases, fields: assertFields };

describe.each(['depth', 'aliases', 'fields'] as const)('the %s of a document', (figure) => {
  it('is what it comes to when all fragments are spelled out', () => {
    fc.assert(
      fc.property(documents, (text) => {
        const document = parse(text);
        const expected = spelledOut(text)[figure];

        expect(() => CHECKS[figure](document, expected)).not.toThrow();
        if (expected > 0) {
          expect(() => CHECKS[figure](document, expected - 1)).toThrow(new RegExp(`\\b${expected}\\b`));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is found for fragments in a circle, which no valid document has', () => {
    const document = parse('{ ...A } fragment A on T { a: b ...B } fragment B on T { ...A ...B c: d }');

    expect(() => CHECKS[figure](document, 100)).not.toThrow();
  });
});
