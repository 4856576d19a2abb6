import {
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isObjectType,
  Kind,
  typeFromAST,
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** One field that an operation selects, its arguments coerced. */
export interface SelectedField {
  /** `Type.field`, whatever its alias. */
  readonly coordinate: string;
  readonly node: FieldNode;
  readonly args: Readonly<Record<string, unknown>>;
}

/**
 * Every field with arguments that a valid operation would run, directives applied. A fragment is entered once per type
 * however often it is spread, so the walk is linear in the document.
 */
export function* operationFields(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Generator<SelectedField> {
  const root = schema.getRootType(operation.operation);
  if (root === undefined || root === null) return;
  const fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  const entered = new Set<string>();
  yield* fieldsOf(root, operation.selectionSet);

  function* fieldsOf(type: GraphQLObjectType, { selections }: SelectionSetNode): Generator<SelectedField> {
    for (const node of selections) {
      if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'] === true) continue;
      if (getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'] === false) continue;
      if (node.kind === Kind.FIELD) {
        yield* field(type, node);
        continue;
      }
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
      if (fragment === undefined) continue;
      const target = fragment.typeCondition === undefined ? type : typeFromAST(schema, fragment.typeCondition);
      if (!isObjectType(target)) continue;
      if (fragment.kind === Kind.FRAGMENT_DEFINITION) {
        if (entered.has(fragment.name.value)) continue;
        entered.add(fragment.name.value);
      }
      yield* fieldsOf(target, fragment.selectionSet);
    }
  }

  function* field(type: GraphQLObjectType, node: FieldNode): Generator<SelectedField> {
    const definition = type.getFields()[node.name.value];
    if (definition === undefined) return; // __typename, __schema
    if (definition.args.length > 0) {
      const args = getArgumentValues(definition, node, variables);
      yield { coordinate: `${type.name}.${node.name.value}`, node, args };
    }
    const target = getNamedType(definition.type);
    if (node.selectionSet !== undefined && isObjectType(target)) yield* fieldsOf(target, node.selectionSet);
  }
}
