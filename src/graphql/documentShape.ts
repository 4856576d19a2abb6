import {
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isObjectType,
  Kind,
  typeFromAST,
  visit,
  BREAK,
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** Variables, coerced. */
export type Variables = Readonly<Record<string, unknown>>;

/** A field that a selection selects, on an object type. */
export interface WalkedField {
  readonly type: GraphQLObjectType;
  readonly node: FieldNode;
}

/** One field that an operation selects and that takes arguments. */
export interface SelectedField {
  /** `Type.field`, whatever its alias. */
  readonly coordinate: string;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
}

/** What was found, and whether it is the same under all variables. */
interface Found<Value> {
  readonly values: readonly Value[];
  readonly isFixed: boolean;
}

/**
 * What a valid document selects. Whatever hangs on no variable is worked out once and remembered with the document, which
 * is the same object whenever its text comes again.
 */
export class DocumentShape {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #fields = new Map<SelectionSetNode, Found<WalkedField>>();
  readonly #selected = new Map<OperationDefinitionNode, Found<SelectedField>>();
  /** Undefined for arguments that hang on variables. */
  readonly #arguments = new Map<FieldNode, Variables | undefined>();

  constructor(schema: GraphQLSchema, { definitions }: DocumentNode) {
    this.#schema = schema;
    this.#fragments = new Map(
      definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
    );
  }

  /**
   * The fields of one selection set, fragments entered and directives applied; not what is below them. A fragment is
   * entered once a selection set, however often it is spread there.
   */
  fieldsOf(type: GraphQLObjectType, selectionSet: SelectionSetNode, variables: Variables): Found<WalkedField> {
    const known = this.#fields.get(selectionSet);
    if (known !== undefined) return known;
    const walk = { values: [] as WalkedField[], isFixed: true, entered: new Set<string>(), variables };
    this.#walk(type, selectionSet, walk);
    if (walk.isFixed) this.#fields.set(selectionSet, walk);
    return walk;
  }

  #walk(
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
    walk: { values: WalkedField[]; isFixed: boolean; entered: Set<string>; variables: Variables },
  ): void {
    for (const node of selections) {
      walk.isFixed &&= !node.directives?.some(namesVariable);
      if (isLeftOut(node, walk.variables)) continue;
      if (node.kind === Kind.FIELD) {
        walk.values.push({ type, node });
        continue;
      }
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : this.#fragments.get(node.name.value);
      if (fragment === undefined) continue;
      if (fragment.kind === Kind.FRAGMENT_DEFINITION) {
        if (walk.entered.has(fragment.name.value)) continue;
        walk.entered.add(fragment.name.value);
      }
      const target = fragment.typeCondition === undefined ? type : typeFromAST(this.#schema, fragment.typeCondition);
      if (isObjectType(target)) this.#walk(target, fragment.selectionSet, walk);
    }
  }

  /** Every field with arguments that an operation would run; each selection set is entered once, so it is linear. */
  selectedFields(operation: OperationDefinitionNode, variables: Variables): readonly SelectedField[] {
    const known = this.#selected.get(operation);
    if (known !== undefined) return known.values;
    const entered = new Set<SelectionSetNode>();
    const found = { values: [] as SelectedField[], isFixed: true };
    const enter = (type: GraphQLObjectType, selectionSet: SelectionSetNode): void => {
      if (entered.has(selectionSet)) return;
      entered.add(selectionSet);
      const { values, isFixed } = this.fieldsOf(type, selectionSet, variables);
      found.isFixed &&= isFixed;
      for (const { type: parent, node } of values) {
        const definition = parent.getFields()[node.name.value];
        if (definition === undefined) continue; // __typename, __schema
        if (definition.args.length > 0) {
          found.values.push({ coordinate: `${parent.name}.${node.name.value}`, definition, node });
        }
        if (node.selectionSet === undefined) continue;
        const target = getNamedType(definition.type);
        // `_entities` is a union: what is below it is entered by its fragments' types.
        enter(isObjectType(target) ? target : parent, node.selectionSet);
      }
    };
    const root = this.#schema.getRootType(operation.operation);
    if (root !== undefined && root !== null) enter(root, operation.selectionSet);
    if (found.isFixed) this.#selected.set(operation, found);
    return found.values;
  }

  /** Whether a field is asked with the same arguments under all variables. */
  isFixed(node: FieldNode): boolean {
    return !this.#arguments.has(node) ? !namesVariable(node.arguments ?? []) : this.#arguments.get(node) !== undefined;
  }

  /** The arguments of a field, coerced. */
  argumentsOf({ definition, node }: Pick<SelectedField, 'definition' | 'node'>, variables: Variables): Variables {
    const known = this.#arguments.get(node);
    if (known !== undefined) return known;
    const values = getArgumentValues(definition, node, variables);
    if (!this.#arguments.has(node)) this.#arguments.set(node, this.isFixed(node) ? values : undefined);
    return values;
  }
}

/** The shapes of the documents of one schema, kept for as long as the documents are. */
export function createShapes(schema: GraphQLSchema): (document: DocumentNode) => DocumentShape {
  const shapes = new WeakMap<DocumentNode, DocumentShape>();
  return (document) => {
    const shape = shapes.get(document) ?? new DocumentShape(schema, document);
    shapes.set(document, shape);
    return shape;
  };
}

function isLeftOut(node: { readonly directives?: readonly DirectiveNode[] }, variables: Variables): boolean {
  if (node.directives === undefined || node.directives.length === 0) return false;
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'];
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'];
  return skip === true || include === false;
}

function namesVariable(nodes: ASTNode | readonly ASTNode[]): boolean {
  let isFound = false;
  for (const node of [nodes].flat()) {
    visit(node, {
      Variable: () => {
        isFound = true;
        return BREAK;
      },
    });
  }
  return isFound;
}
