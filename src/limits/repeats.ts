import { Kind, type DocumentNode, type FieldNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import { assertAtMost, tooExpensive } from './excess.ts';

/** Fragments that several parts of a screen bring along repeat a field a few times, not hundreds of times. */
const PAIRS_PER_FIELD = 10;
/** Of documents with several operations, or with fragments that nobody spreads. */
const VISITS_PER_FIELD = 100;

/** More levels than the fragments of any document that is parsed at all can add up to, but those within themselves. */
const MOST_LEVELS = 2000;

/** Selection sets that are answered in one place, and how many fields they are below. */
interface Place {
  readonly sets: readonly SelectionSetNode[];
  readonly level: number;
}

/**
 * Refuses a document that says fields of one name so often in one place that validation, which compares each with each
 * and what is selected below them, would be busy with it. Plain values are compared at once and not counted.
 *
 * The document's depth must have been checked. Whatever validation would look at is counted, also fragments that are not spread, in time linear in what is allowed.
 *
 * @throws {GatewayError} `OPERATION_TOO_EXPENSIVE` with both figures
 */
export function assertRepeats(
  document: DocumentNode,
  { maxFields, maxDepth }: { readonly maxFields: number; readonly maxDepth: number },
): void {
  const fragments = fragmentsOf(document);
  const spread = new Set<FragmentDefinitionNode>();
  let pairs = 0;
  let visits = 0;

  /** Counts one place, and gives those below it. */
  function count({ sets, level }: Place): readonly Place[] {
    const fields = new Map<string, FieldNode[]>();
    const entered = new Set<string>();
    const left = [...sets];
    for (let set = left.pop(); set !== undefined; set = left.pop()) {
      visits += set.selections.length;
      if (visits > VISITS_PER_FIELD * maxFields)
        throw tooExpensive(`has more than ${VISITS_PER_FIELD * maxFields} fields`);
      for (const node of set.selections) {
        if (node.kind === Kind.FIELD) {
          const { value: name } = node.alias ?? node.name;
          const same = fields.get(name);
          if (same === undefined) fields.set(name, [node]);
          else same.push(node);
          continue;
        }
        if (node.kind === Kind.INLINE_FRAGMENT) {
          left.push(node.selectionSet);
          continue;
        }
        const fragment = fragments.get(node.name.value);
        if (fragment === undefined || entered.has(node.name.value)) continue;
        entered.add(node.name.value);
        spread.add(fragment);
        left.push(fragment.selectionSet);
      }
    }
    return [...fields.values()].flatMap((same) => {
      const large = same.filter((field) => field.selectionSet !== undefined || (field.arguments?.length ?? 0) > 0);
      pairs += (large.length * (large.length - 1)) / 2;
      const below = large.flatMap(({ selectionSet }) => selectionSet ?? []);
      return below.length > 0 ? [{ sets: below, level: level + 1 }] : [];
    });
  }

  function countAll(selectionSet: SelectionSetNode, maxLevels: number): void {
    const left: Place[] = [{ sets: [selectionSet], level: 1 }];
    for (let place = left.pop(); place !== undefined; place = left.pop()) {
      // Deeper there are only fragments within themselves: that they are, validation says.
      if (place.level <= maxLevels) left.push(...count(place));
      assertAtMost(pairs, PAIRS_PER_FIELD * maxFields, 'pairs of fields of one name in one place');
    }
  }

  for (const node of document.definitions) {
    if (node.kind === Kind.OPERATION_DEFINITION) countAll(node.selectionSet, maxDepth);
  }
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION && !spread.has(node)) countAll(node.selectionSet, MOST_LEVELS);
  }
}

function fragmentsOf({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
}
