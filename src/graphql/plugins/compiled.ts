import { HeaderMap } from '@apollo/server';
import type { Run } from '../compiled.ts';
import type { OperationHooks } from './hooks.ts';

/** Of an answer that is no more than its body. */
const NO_HEAD = { headers: new HeaderMap() };

/** Gives the answers of compiled operations in the place of what graphql-js would answer the same. */
export function compiledPlugin(run: Run): OperationHooks {
  return {
    async responseForOperation({ request, document, operation, contextValue }) {
      if (operation === undefined) return null;
      const singleResult = await run(document, operation, request.variables, contextValue);
      return singleResult === undefined ? null : { http: NO_HEAD, body: { kind: 'single', singleResult } };
    },
  };
}
