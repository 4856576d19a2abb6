import { makeExecutableSchema } from '@graphql-tools/schema';
import { GraphQLScalarType, Kind, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { Resolvers } from '../generated/resolvers-types.ts';
import { createResolvers } from './resolvers/index.ts';
import { readSchemaDocument, withoutFederation } from './sdl.ts';

export interface SchemaOptions {
  /** Whether the graph is a Federation 2 subgraph too: `_service` and `_entities`. */
  readonly federation: boolean;
  /** Part of a ledger cursor's meaning. */
  readonly ledgerPageSize: number;
}

/** The executable schema. */
export async function createSchema({ federation, ledgerPageSize }: SchemaOptions): Promise<GraphQLSchema> {
  const document = readSchemaDocument();
  const resolvers = describeScalars(createResolvers({ ledgerPageSize }), document);
  if (federation) {
    const { buildSubgraphSchema } = await import('./subgraph.ts');
    return buildSubgraphSchema([{ typeDefs: document, resolvers: resolvers as never }]);
  }
  const { Customer, ...others } = resolvers;
  const { __resolveReference: _federationOnly, ...customer } = Customer ?? {};
  return makeExecutableSchema({
    typeDefs: withoutFederation(document),
    resolvers: { ...others, Customer: customer },
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
  });
}

/** Gives the scalars the words of the SDL, which a resolver's scalar would replace with none. */
function describeScalars(resolvers: Resolvers, { definitions }: DocumentNode): Resolvers {
  const described: Record<string, GraphQLScalarType> = {};
  for (const node of definitions) {
    if (node.kind !== Kind.SCALAR_TYPE_DEFINITION) continue;
    const scalar = resolvers[node.name.value as 'Decimal' | 'DateTime' | 'LocalDateTime'];
    if (scalar === undefined) continue;
    described[node.name.value] = new GraphQLScalarType({ ...scalar.toConfig(), description: node.description?.value });
  }
  return { ...resolvers, ...described };
}
