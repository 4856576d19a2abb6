import { HeaderMap, type GraphQLResponse } from '@apollo/server';
import type { Answered, Run } from '../compiled.ts';
import type { OperationHooks } from './hooks.ts';

/** Of an answer that is no more than its body. */
const NO_HEAD = { headers: new HeaderMap() };

/** Gives the answers of compiled operations in the place of what graphql-js would answer the same. */
export function compiledPlugin(run: Run): OperationHooks {
  return {
    responseForOperation({ request, document, operation, contextValue }) {
      if (operation === undefined) return Promise.resolve(null);
      return run(document, operation, request.variables, contextValue).then(responseOf);
    },
  };
}

function responseOf(singleResult: Answered | undefined): GraphQLResponse | null {
  return singleResult === undefined ? null : { http: NO_HEAD, body: { kind: 'single', singleResult } };
}
