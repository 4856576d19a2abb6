import { buildSubgraphSchema } from '@apollo/subgraph';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import { createResolvers } from './resolvers/index.ts';
import { readSchemaDocument, withoutFederation } from './sdl.ts';

export interface SchemaOptions {
  /** Whether the graph is a Federation 2 subgraph too: `_service` and `_entities`. */
  readonly federation: boolean;
  /** Part of a ledger cursor's meaning. */
  readonly ledgerPageSize: number;
}

/** The executable schema. */
export function createSchema({ federation, ledgerPageSize }: SchemaOptions): GraphQLSchema {
  const resolvers = createResolvers({ ledgerPageSize });
  const document = readSchemaDocument();
  if (federation) {
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
