import { Kind, type DocumentNode, type FieldNode, type SelectionNode, type SelectionSetNode } from 'graphql';
import { MOST_COUNTED } from './excess.ts';

/** How the figure of a selection comes about from those of its parts. */
export interface Measure {
  /** A field's, from that of what is selected below it. */
  readonly ofField: (field: FieldNode, below: number) => number;
  /** A fragment's, spread or inline, from that of what it selects. */
  readonly ofFragment: (within: number) => number;
  /** That of two selections side by side. */
  readonly together: (one: number, other: number) => number;
}

/**
 * The largest figure among a document's operations, fragments entered wherever they are spread, or a little more than
 * {@link MOST_COUNTED}.
 *
 * Each fragment is measured once: linear in the document's size, though what it spells out may be exponential in it. A
 * fragment within itself, which no valid document has, counts as nothing there.
 */
export function largestOperation({ definitions }: DocumentNode, measure: Measure): number {
  const fragments = new Map(
    definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  const known = new Map<string, number>();

  function ofFragmentNamed(name: string): number {
    const figure = known.get(name);
    if (figure !== undefined) return figure;
    known.set(name, 0);
    const measured = ofSelectionSet(fragments.get(name)?.selectionSet);
    known.set(name, measured);
    return measured;
  }

  function ofSelection(node: SelectionNode): number {
    switch (node.kind) {
      case Kind.FIELD:
        return measure.ofField(node, ofSelectionSet(node.selectionSet));
      case Kind.INLINE_FRAGMENT:
        return measure.ofFragment(ofSelectionSet(node.selectionSet));
      case Kind.FRAGMENT_SPREAD:
        return measure.ofFragment(ofFragmentNamed(node.name.value));
    }
  }

  function ofSelectionSet(selectionSet: SelectionSetNode | undefined): number {
    let figure = 0;
    for (const node of selectionSet?.selections ?? []) {
      figure = Math.min(measure.together(figure, ofSelection(node)), MOST_COUNTED + 1);
    }
    return figure;
  }

  const operations = definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  return Math.max(0, ...operations.map(({ selectionSet }) => ofSelectionSet(selectionSet)));
}

/** Two selections side by side add up. */
export function sum(one: number, other: number): number {
  return one + other;
}
