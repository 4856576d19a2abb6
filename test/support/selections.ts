import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';

/** One field of the root and, below it, the way to one leaf: the smallest operation that shows it. */
export interface LeafSelection {
  /** The root field. */
  readonly root: GraphQLField<unknown, unknown>;
  readonly query: string;
}

/**
 * Every leaf that the schema has, by every way from the root, with the arguments that are required: a field that is added
 * to the schema is in it. An argument of a type that `samples` does not name is an error, so that it is thought of.
 */
export function leafSelections(schema: GraphQLSchema, samples: Readonly<Record<string, string>>): LeafSelection[] {
  return Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap((root) =>
    selectionsOf(root, new Set()).map((selection) => ({ root, query: `{ ${selection} }` })),
  );

  function selectionsOf(field: GraphQLField<unknown, unknown>, above: ReadonlySet<string>): string[] {
    const name = `${field.name}${argumentsOf(field, samples)}`;
    return isLeafType(getNamedType(field.type))
      ? [name]
      : below(field.type, above).map((each) => `${name} { ${each} }`);
  }

  function below(output: GraphQLOutputType, above: ReadonlySet<string>): string[] {
    const type = getNamedType(output);
    if (above.has(type.name)) return [];
    if (isUnionType(type)) {
      return type.getTypes().flatMap((each) => below(each, above).map((text) => `... on ${each.name} { ${text} }`));
    }
    if (!isObjectType(type)) throw new Error(`${type.name} is of a kind that these tests do not know.`);
    return Object.values(type.getFields()).flatMap((field) => selectionsOf(field, new Set([...above, type.name])));
  }
}

/** The arguments that a field must have, as they stand in a document; empty where it needs none. */
export function argumentsOf(
  { args }: GraphQLField<unknown, unknown>,
  samples: Readonly<Record<string, string>>,
): string {
  const required = args.filter(isRequiredArgument).map(({ name, type }) => `${name}: ${literalOf(type, samples)}`);
  return required.length === 0 ? '' : `(${required.join(', ')})`;
}

function literalOf(input: GraphQLInputType, samples: Readonly<Record<string, string>>): string {
  const type = getNullableType(input);
  if (isListType(type)) return `[${literalOf(type.ofType, samples)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(isRequiredInputField);
    return `{ ${fields.map((field) => `${field.name}: ${literalOf(field.type, samples)}`).join(', ')} }`;
  }
  const sample = samples[String(type)];
  if (sample === undefined) throw new Error(`These tests have no sample of ${String(type)}.`);
  return sample;
}
