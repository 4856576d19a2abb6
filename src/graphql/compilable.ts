import { BREAK, Kind, visit, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import { largestOperation, sum } from '../limits/selections.ts';

/** Spelled out: more would hold everybody else up while it is compiled. */
const MAX_FIELDS = 200;
/** Of text: what is compiled is kept, with its document. */
const MAX_CHARACTERS = 10_000;
/** Nothing that means anything in code. */
const PLAIN_TEXT = /^[\w .:@+/=-]*$/;

/**
 * Whether compiled code does what graphql-js does. Not where
 *
 * - a variable stands within an object that is written out: one that is left out becomes null there, not the default;
 * - a field is selected twice and some are conditional: the answer's fields come in another order;
 * - a fragment is spread twice and something is conditional: a condition of one place holds at the other too;
 * - a text is more than plain words, ids, times and addresses, or holds `__`: the compiler writes texts into its code, and
 *   takes those with marks of its own (`__MAGIC_DATE__...`) for code, whoever wrote them;
 * - something is named `__proto__`: it is lost;
 * - the graph is asked about itself: nobody has compared that.
 */
export function isCompilable(document: DocumentNode): boolean {
  if (fieldsIn(document) > MAX_FIELDS || (document.loc?.end ?? 0) > MAX_CHARACTERS) return false;
  const seen = { unlike: false, directive: false, objects: 0, spreads: new Set<string>(), spreadTwice: false };
  visit(document, {
    [Kind.OBJECT]: {
      enter: () => void (seen.objects += 1),
      leave: () => void (seen.objects -= 1),
    },
    [Kind.VARIABLE]: () => {
      seen.unlike ||= seen.objects > 0;
    },
    [Kind.STRING]: ({ value }) => {
      seen.unlike ||= !PLAIN_TEXT.test(value) || value.includes('__');
    },
    [Kind.FRAGMENT_SPREAD]: ({ name }) => {
      seen.spreadTwice ||= seen.spreads.has(name.value);
      seen.spreads.add(name.value);
    },
    [Kind.DIRECTIVE]: () => {
      seen.directive = true;
    },
    [Kind.NAME]: ({ value }) => {
      seen.unlike ||= value.startsWith('__') && value !== '__typename';
      return seen.unlike ? BREAK : undefined;
    },
  });
  return !seen.unlike && !(seen.directive && (seen.spreadTwice || selectsTwice(document)));
}

/** Of the largest operation, fragments spelled out as they are in compiled code. */
export function fieldsIn(document: DocumentNode): number {
  return largestOperation(document, {
    ofField: (_field, below) => 1 + below,
    ofFragment: (within) => within,
    together: sum,
  });
}

/** Whether some selection, fragments entered, has two fields of one name in the answer. */
function selectsTwice({ definitions }: DocumentNode): boolean {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);

  function isTwiceIn({ selections }: SelectionSetNode, names: Set<string>): boolean {
    return selections.some((node) => {
      if (node.kind !== Kind.FIELD) {
        const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
        return fragment !== undefined && isTwiceIn(fragment.selectionSet, names);
      }
      const name = node.alias?.value ?? node.name.value;
      if (names.has(name)) return true;
      names.add(name);
      return node.selectionSet !== undefined && isTwiceIn(node.selectionSet, new Set());
    });
  }

  return definitions.some((node) => node.kind === Kind.OPERATION_DEFINITION && isTwiceIn(node.selectionSet, new Set()));
}
