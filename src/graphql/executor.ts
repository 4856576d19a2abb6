import type { ApolloServerOptions } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import type { Run } from './compiled.ts';
import type { OperationContext } from './context.ts';

type Gateway = NonNullable<ApolloServerOptions<OperationContext>['gateway']>;

/** An executor of our own for Apollo Server: the option of that name is the only door it has for one. */
export function createExecutor(schema: GraphQLSchema, run: Run): Gateway {
  return {
    load: () =>
      Promise.resolve({
        executor: ({ document, operation, request, context }) =>
          run({
            document,
            operation,
            operationName: request.operationName,
            variables: request.variables,
            context: context as OperationContext,
          }),
      }),
    onSchemaLoadOrUpdate(tell) {
      tell({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    stop: () => Promise.resolve(),
  };
}
