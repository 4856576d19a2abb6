import {
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isObjectType,
  Kind,
  typeFromAST,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** A field that a selection selects, on an object type. */
export interface WalkedField {
  readonly type: GraphQLObjectType;
  readonly node: FieldNode;
}

/** Lists the fields of one selection set, fragments entered and directives applied; not what is below them. */
export type FieldWalk = (type: GraphQLObjectType, selectionSet: SelectionSetNode) => Generator<WalkedField>;

/** A walk through one valid document. A fragment is entered once a selection set, however often it is spread there. */
export function createFieldWalk(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): FieldWalk {
  const fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );

  function isLeftOut(node: { readonly directives?: readonly DirectiveNode[] }): boolean {
    const skip = getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'];
    const include = getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'];
    return skip === true || include === false;
  }

  function* walk(
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
    entered: Set<string>,
  ): Generator<WalkedField> {
    for (const node of selections) {
      if (isLeftOut(node)) continue;
      if (node.kind === Kind.FIELD) {
        yield { type, node };
        continue;
      }
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
      if (fragment === undefined) continue;
      if (fragment.kind === Kind.FRAGMENT_DEFINITION) {
        if (entered.has(fragment.name.value)) continue;
        entered.add(fragment.name.value);
      }
      const target = fragment.typeCondition === undefined ? type : typeFromAST(schema, fragment.typeCondition);
      if (isObjectType(target)) yield* walk(target, fragment.selectionSet, entered);
    }
  }

  return (type, selectionSet) => walk(type, selectionSet, new Set());
}

/** One field that an operation selects, its arguments coerced. */
export interface SelectedField {
  /** `Type.field`, whatever its alias. */
  readonly coordinate: string;
  readonly node: FieldNode;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Every field with arguments that a valid operation would run; each selection set is entered once, so it is linear. */
export function* operationFields(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Generator<SelectedField> {
  const walk = createFieldWalk(schema, document, variables);
  const entered = new Set<SelectionSetNode>();
  const root = schema.getRootType(operation.operation);
  if (root !== undefined && root !== null) yield* fieldsOf(root, operation.selectionSet);

  function* fieldsOf(type: GraphQLObjectType, selectionSet: SelectionSetNode): Generator<SelectedField> {
    if (entered.has(selectionSet)) return;
    entered.add(selectionSet);
    for (const { type: parent, node } of walk(type, selectionSet)) {
      const definition = parent.getFields()[node.name.value];
      if (definition === undefined) continue; // __typename, __schema
      if (definition.args.length > 0) {
        const args = getArgumentValues(definition, node, variables);
        yield { coordinate: `${parent.name}.${node.name.value}`, node, args };
      }
      const target = getNamedType(definition.type);
      if (node.selectionSet === undefined) continue;
      // `_entities` is a union: what is below it is entered by its fragments' types.
      yield* fieldsOf(isObjectType(target) ? target : parent, node.selectionSet);
    }
  }
}
